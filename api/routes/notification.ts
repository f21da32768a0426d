import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { categoryOf, type Language } from '../../domain/notice-kinds.ts'
import { noticeText } from '../../domain/notice-text.ts'
import { mask } from '../../domain/personal.ts'
import { appendAudit } from '../../store/audit.ts'
import { findCustomer } from '../../store/customers.ts'
import {
  countUnread,
  findInboxItem,
  listDeliveries,
  listInbox,
  markRead,
  type InboxItem,
  type LoggedDelivery
} from '../../store/notice-inbox.ts'
import { readPreferences } from '../../store/notification-preferences.ts'
import { findPersonal, type PersonalDatum } from '../../store/personal.ts'
import type { ApiDeps } from '../deps.ts'
import { locationOf } from '../links.ts'
import { listOf, readCursor, toPage } from '../list.ts'
import {
  DeliveryQuery,
  DeliveryReply,
  NotificationList,
  NotificationQuery,
  NotificationReply
} from '../notification-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

/** What a customer was told, and for operators what became of it on its way. */
export const notificationRoutes = (deps: ApiDeps): Route[] => [listMine(deps), read(), listLog(deps)]

/** A place in a list: its number in the order. */
const Place = z.tuple([z.string().regex(/^[0-9]{1,19}$/)])
const placeOf = (cursor: string | undefined): bigint | undefined => {
  const [seq] = readCursor(Place, cursor) ?? []
  return seq === undefined ? undefined : BigInt(seq)
}

const listMine = ({ db }: ApiDeps): Route =>
  route.get(
    '/notifications',
    {
      summary: 'List what I was told, newest first',
      description: 'By whatever way it was told besides; in the language that I want now.',
      query: NotificationQuery,
      reply: NotificationList,
      callers: { customer: 'own' }
    },
    async ({ query: { limit, cursor, unread }, caller: { customerId }, ownOnly }) => {
      ownOnly()
      const rows = await listInbox(db, { customerId, unread }, placeOf(cursor), limit + 1)
      const reader = await readerOf(db, customerId)
      const page = toPage(
        rows,
        limit,
        ({ seq }) => [seq.toString()],
        (item) => toReply(item, reader)
      )
      return { ...page, unread_count: await countUnread(db, customerId) }
    }
  )

const read = (): Route =>
  route.post(
    '/notifications/{id}/read',
    {
      summary: 'Say that I have read it',
      params: z.strictObject({ id: id('ntf') }),
      reply: NotificationReply,
      status: 200,
      callers: { customer: 'own' },
      idempotency: 'stored'
    },
    async ({ params, transaction, mustOwn }) => {
      const item = await findInboxItem(transaction, params.id)
      if (!item) throw new Refusal('not_found')
      mustOwn(item)
      await markRead(transaction, params.id)
      const after = (await findInboxItem(transaction, params.id))!
      return toReply(after, await readerOf(transaction, item.customerId))
    }
  )

const listLog = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/customers/{id}/notification-deliveries',
    {
      summary: 'List by which ways a customer was told what, newest first',
      description: 'Addresses are masked; reading it is audited itself.',
      params: z.strictObject({ id: id('cus') }),
      query: DeliveryQuery,
      reply: listOf(DeliveryReply),
      callers: { support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'customers:read'
    },
    async ({ params, query: { limit, cursor, state }, principal, requestId }) => {
      const customer = await findCustomer(db, params.id)
      if (!customer) throw new Refusal('not_found')
      await appendAudit(db, { actor: principal, action: 'deliveries.read', object: customer.id, requestId })
      const rows = await listDeliveries(db, { customerId: customer.id, state }, placeOf(cursor), limit + 1)
      const known = await findPersonal(db, vault, customer.id, ['email', 'phone'])
      return toPage(
        rows,
        limit,
        ({ seq }) => [seq.toString()],
        (delivery) => toLogged(delivery, known)
      )
    }
  )

interface Reader {
  readonly language: Language
  readonly zone: string
}

async function readerOf(db: ApiDeps['db'], customerId: string): Promise<Reader> {
  const [customer, { language }] = [await findCustomer(db, customerId), await readPreferences(db, customerId)]
  return { language, zone: customer?.zone ?? 'UTC' }
}

/** Without the token of "not me": whoever reads it here is logged in, and says so there. */
function toReply(item: InboxItem, { language, zone }: Reader): z.input<typeof NotificationReply> {
  const { id, kind, facts, objectId, at, readAt } = item
  return {
    id,
    object: 'notification',
    kind,
    category: categoryOf[kind],
    ...noticeText(kind, language, 'app', facts, zone),
    object_id: objectId,
    link: linkOf(objectId),
    created_at: instant(at),
    read_at: readAt && instant(readAt)
  }
}

/** What a customer can read, by the beginning of its id. */
const things: Readonly<Record<string, string>> = {
  pay: 'payment',
  wdr: 'withdrawal',
  top: 'top-up',
  ref: 'refund',
  dsp: 'dispute',
  ret: 'bank-return',
  ban: 'bank-account',
  crd: 'card',
  onb: 'onboarding',
  wal: 'wallet',
  bpm: 'bill-payment',
  man: 'mandate'
}

function linkOf(objectId: string | null): string | null {
  const thing = objectId === null ? undefined : things[objectId.split('_')[0]!]
  return thing === undefined ? null : locationOf(thing, objectId!)
}

function toLogged(delivery: LoggedDelivery, known: readonly PersonalDatum[]): z.input<typeof DeliveryReply> {
  const { notificationId, kind, channel, deviceId, language, state, attempts, failure, dueAt, endedAt } = delivery
  const address = known.find((datum) => datum.kind === (channel === 'email' ? 'email' : 'phone'))
  return {
    object: 'notification_delivery',
    notification_id: notificationId,
    kind,
    channel,
    to: channel === 'push' ? deviceId : address ? mask(address.kind, address.value) : null,
    language,
    state,
    attempts,
    failure,
    due_at: instant(dueAt),
    ended_at: endedAt && instant(endedAt)
  }
}
