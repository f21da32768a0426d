export { payment } from './payment.ts'
export { sweep } from './sweep.ts'
