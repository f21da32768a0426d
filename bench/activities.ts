/** What the template's activities are without a bank behind them: a step that says it was done. */
export const benchActivities = {
  withdraw: (): Promise<string> => Promise.resolve('withdrawn'),
  deposit: (): Promise<string> => Promise.resolve('deposited'),
  notify: (): Promise<string> => Promise.resolve('notified')
}

export type BenchActivities = typeof benchActivities
