/** EMVCo merchant-presented codes, written and read (API.md, "QR"). */
export { decodeQr, type DecodedQr } from './decode-qr.ts'
export { encodeQr, type QrContent } from './encode-qr.ts'
