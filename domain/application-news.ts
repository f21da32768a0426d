import type { NoticeKind } from './notice-kinds.ts'

/** What customers and businesses are told of their application; never why somebody looked at it. */
const news = {
  reminded: { customer: 'application_reminded', business: 'application_reminded' },
  collecting: { customer: 'application_collecting', business: 'application_collecting' },
  approved: { customer: 'application_approved', business: 'business_approved' },
  rejected: { customer: 'application_rejected', business: 'application_rejected' },
  restricted: { customer: 'application_restricted', business: 'business_restricted' },
  lifted: { customer: 'application_lifted', business: 'business_lifted' },
  expired: { customer: 'application_expired', business: 'application_expired' }
} as const satisfies Readonly<Record<string, Readonly<Record<'customer' | 'business', NoticeKind>>>>

export type ApplicationNews = keyof typeof news

export const kindOfNews = (of: ApplicationNews, whose: 'customer' | 'business'): NoticeKind => news[of][whose]
