export { payment } from './payment.ts'
export { lateBankNews as 'late-bank-news' } from './late-bank-news.ts'
export { sweep } from './sweep.ts'
export { topUp as 'top-up' } from './top-up.ts'
