import type { PaymentFigures } from './payments.ts'

/** The payments half as a table for people, with the goals that it is measured against. */
export function paymentTable(figures: PaymentFigures): string[] {
  const { empty_workflow, three_activity_workflow, payment, writes_per_payment, events_per_payment, error_rate } =
    figures
  const row = (...cells: string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(30) : cell.padStart(12))).join('')
  const rows = Object.entries({ empty_workflow, three_activity_workflow, payment }).flatMap(([name, byClients]) =>
    Object.entries(byClients).map(([clients, { per_s, p50_ms, p99_ms }]) =>
      row(`${name}, ${clients}`, per_s.toFixed(1), p50_ms.toFixed(1), p99_ms.toFixed(1))
    )
  )
  return [
    row('over HTTP, by clients', 'per second', 'p50 ms', 'p99 ms'),
    ...rows,
    `a payment: ${writes_per_payment} server writes, ${events_per_payment} events; errors ${error_rate}`,
    'goals: 1 client p50 ≤ 40 ms and ≤ 1.4 × empty; 64 clients ≥ 2 × three activities and ≥ 0.7 × empty; ≤ 3 writes'
  ]
}
