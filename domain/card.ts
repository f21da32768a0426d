export const cardBrands = ['visa', 'mastercard'] as const
export type CardBrand = (typeof cardBrands)[number]

/** Whose money a card spends: the bank's until it is paid back, an account's, or what was put on it before. */
export const cardFundings = ['credit', 'debit', 'prepaid'] as const
export type CardFunding = (typeof cardFundings)[number]

/** The month that is printed on a card, from 1; it is good to its end. */
export interface CardExpiry {
  readonly month: number
  readonly year: number
}

/** From this moment on (UTC) the card is not good any more. */
export const endOfCard = ({ month, year }: CardExpiry): Date => new Date(Date.UTC(year, month, 1))

export const isExpired = (expiry: CardExpiry, now: Date): boolean => now >= endOfCard(expiry)

/** What an acquirer gives out for a card; letters alone, so that it is never taken for a number. */
export const CARD_TOKEN = /^ctk_[a-z]{32}$/
