/** EMVCo merchant-presented codes, written and read. */
export { decodeQr, type DecodedQr } from './decode-qr.ts'
export { encodeQr, type QrContent } from './encode-qr.ts'
