import { join } from 'node:path'
import { applyAcquirer, emptyAcquirerBooks, type AcquirerBooks, type AcquirerEvent } from './acquirer-books.ts'
import { applyBiller, emptyBillerBooks, type BillerBooks, type BillerEvent } from './biller-books.ts'
import type { BankName, DueReturn, JournalLine, Returned, Standing, Taken } from './bank-types.ts'
import { openFileLog, openMemoryLog } from './event-log.ts'
import { applyIdentity, emptyIdentityBooks, type IdentityBooks, type IdentityEvent } from './identity-books.ts'
import { applyOwnership, emptyOwnershipBooks, type OwnershipBooks, type OwnershipEvent } from './ownership-books.ts'
import { book } from './journal.ts'
import type { Rule } from './rules.ts'
import { firstScreeningList, type ScreeningList } from './screening-list.ts'
import type { StatementFault } from './statement-faults.ts'

/** A call to the API that is still to be made: which path, what body, and how old its timestamp pretends to be. */
export interface Delivery {
  readonly key: string
  readonly message_id: string
  readonly to: 'bank-a' | 'bank-b' | 'acquirer' | 'billers' | 'identity' | 'screening'
  readonly body: string
  readonly wait_ms: number
  readonly lag_s: number
}

interface Message {
  readonly id: string
  readonly to: string
  readonly channel: 'email' | 'sms' | 'push'
  readonly subject?: string
  readonly text: string
}

/** Everything that ever happens in the outside world; what the sandbox knows is these, replayed in order. */
type WorldEvent =
  | { readonly type: 'taken'; readonly taken: Taken }
  | { readonly type: 'booked'; readonly bank: BankName; readonly line: JournalLine; readonly bank_reference: string }
  | { readonly type: 'declined'; readonly bank: BankName; readonly reference: string; readonly code: string }
  | { readonly type: 'lost'; readonly bank: BankName; readonly reference: string }
  | { readonly type: 'return_due'; readonly due: DueReturn }
  | {
      readonly type: 'returned'
      readonly bank: BankName
      readonly returned: Returned
      readonly lines: readonly JournalLine[]
    }
  | { readonly type: 'fenced'; readonly bank: BankName; readonly reference: string }
  | { readonly type: 'rule_added'; readonly rule: Rule }
  | { readonly type: 'rule_used'; readonly id: string }
  | { readonly type: 'rule_removed'; readonly id: string }
  | { readonly type: 'delivery_due'; readonly delivery: Delivery }
  | { readonly type: 'delivery_over'; readonly key: string; readonly answered: boolean }
  | { readonly type: 'message'; readonly message: Message; readonly received_at: string }
  | { readonly type: 'clock'; readonly offset_ms: number }
  | { readonly type: 'callback_url'; readonly url: string }
  | { readonly type: 'screening_list'; readonly list: ScreeningList }
  | { readonly type: 'statement_fault'; readonly fault: StatementFault }
  | { readonly type: 'statement_fault_removed'; readonly id: string }
  | IdentityEvent
  | OwnershipEvent
  | AcquirerEvent
  | BillerEvent

export interface Instruction extends Taken {
  standing: Standing
}

interface BankBooks {
  readonly instructions: Map<string, Instruction>
  /** Taken and not yet settled, by reference. */
  readonly pending: Map<string, Instruction>
  /** References that an inquiry answered `not_found`: never booked from then on. */
  readonly fenced: Set<string>
  /** By the bank's own reference, in the order of its journal. */
  readonly returns: Map<string, Returned>
  /** By the reference of what comes back. */
  readonly dueReturns: Map<string, DueReturn>
  /** References of what has come back. */
  readonly cameBack: Set<string>
  readonly journal: JournalLine[]
  readonly balances: Map<string, bigint>
}

export interface World {
  readonly banks: Readonly<Record<BankName, BankBooks>>
  readonly rules: Map<string, { readonly rule: Rule; used: number }>
  readonly deliveries: Map<string, Delivery>
  readonly inbox: Map<string, Message & { readonly seq: number; readonly received_at: string }>
  readonly identity: IdentityBooks
  readonly ownership: OwnershipBooks
  readonly acquirer: AcquirerBooks
  readonly billers: BillerBooks
  /** What was planted on statements. */
  readonly statementFaults: Map<string, StatementFault>
  screeningList: ScreeningList
  offsetMs: number
  callbackUrl: string | undefined
  /** Milliseconds since 1970 by the sandbox's own clock. */
  now(): number
  /** What happened holds in memory at once; answer nobody before `durable()`. */
  record(event: WorldEvent): void
  durable(): Promise<void>
  close(): Promise<void>
}

/** @param directory where the log is kept; without it the world is forgotten with the process. */
export async function openWorld(directory: string | undefined): Promise<World> {
  const log =
    directory === undefined
      ? openMemoryLog<WorldEvent>()
      : await openFileLog<WorldEvent>(join(directory, 'world.jsonl'))
  const world: World = {
    banks: { a: emptyBooks(), b: emptyBooks() },
    rules: new Map(),
    deliveries: new Map(),
    inbox: new Map(),
    identity: emptyIdentityBooks(),
    ownership: emptyOwnershipBooks(),
    acquirer: emptyAcquirerBooks(),
    billers: emptyBillerBooks(),
    statementFaults: new Map(),
    screeningList: firstScreeningList,
    offsetMs: 0,
    callbackUrl: undefined,
    now: () => Date.now() + world.offsetMs,
    record(event) {
      apply(world, event)
      log.append(event)
    },
    durable: log.durable,
    close: log.close
  }
  for (const event of log.past) apply(world, event)
  return world
}

const emptyBooks = (): BankBooks => ({
  instructions: new Map(),
  pending: new Map(),
  fenced: new Set(),
  returns: new Map(),
  dueReturns: new Map(),
  cameBack: new Set(),
  journal: [],
  balances: new Map()
})

const apply = (world: World, event: WorldEvent): void => {
  switch (event.type) {
    case 'taken':
      return takeIn(world.banks[event.taken.bank], event.taken)
    case 'booked':
      settle(world.banks[event.bank], event.line.reference, { status: 'booked', bank_reference: event.bank_reference })
      return book(world.banks[event.bank], event.line)
    case 'declined':
      return settle(world.banks[event.bank], event.reference, { status: 'declined', code: event.code })
    case 'lost':
      return settle(world.banks[event.bank], event.reference, { status: 'lost' })
    case 'return_due':
      world.banks[event.due.bank].dueReturns.set(event.due.reference, event.due)
      return
    case 'returned':
      return takeBack(world.banks[event.bank], event.returned, event.lines)
    case 'fenced':
      world.banks[event.bank].fenced.add(event.reference)
      return
    case 'clock':
      world.offsetMs = event.offset_ms
      return
    case 'callback_url':
      world.callbackUrl = event.url
      return
    case 'screening_list':
      world.screeningList = event.list
      return
    case 'statement_fault':
      world.statementFaults.set(event.fault.id, event.fault)
      return
    case 'statement_fault_removed':
      world.statementFaults.delete(event.id)
      return
    case 'identity_taken':
    case 'identity_decided':
      return applyIdentity(world.identity, event)
    case 'ownership_taken':
    case 'ownership_decided':
      return applyOwnership(world.ownership, event)
    case 'card_tokenised':
    case 'card_taken':
    case 'card_settled':
    case 'card_fenced':
    case 'chargeback':
    case 'acquirer_payout':
      return applyAcquirer(world.acquirer, event)
    case 'bill_issued':
    case 'bill_taken':
    case 'bill_settled':
    case 'bill_fenced':
    case 'biller_news':
      return applyBiller(world.billers, event)
    case 'message':
      world.inbox.set(event.message.id, { seq: world.inbox.size + 1, ...event.message, received_at: event.received_at })
      return
    case 'delivery_due':
      world.deliveries.set(event.delivery.key, event.delivery)
      return
    case 'delivery_over':
      world.deliveries.delete(event.key)
      return
    default:
      return applyRule(world, event)
  }
}

type RuleEvent = Extract<WorldEvent, { type: 'rule_added' | 'rule_used' | 'rule_removed' }>

const applyRule = (world: World, event: RuleEvent): void => {
  if (event.type === 'rule_added') {
    world.rules.set(event.rule.id, { rule: event.rule, used: 0 })
  } else if (event.type === 'rule_removed') {
    world.rules.delete(event.id)
  } else {
    const entry = world.rules.get(event.id)
    if (entry) entry.used += 1
  }
}

const takeIn = (books: BankBooks, taken: Taken): void => {
  const instruction: Instruction = { ...taken, standing: { status: 'pending' } }
  books.instructions.set(taken.order.reference, instruction)
  books.pending.set(taken.order.reference, instruction)
}

const settle = (books: BankBooks, reference: string, standing: Standing): void => {
  const instruction = books.instructions.get(reference)
  if (instruction) instruction.standing = standing
  books.pending.delete(reference)
}

const takeBack = (books: BankBooks, returned: Returned, lines: readonly JournalLine[]): void => {
  books.returns.set(returned.reference, returned)
  books.cameBack.add(returned.original_reference)
  books.dueReturns.delete(returned.original_reference)
  for (const line of lines) book(books, line)
}
