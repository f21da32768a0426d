import { toBuffer, toString } from 'qrcode'

/**
 * M repairs 15 %: what EMVCo recommends for codes in shops. The margin of four modules is the quiet zone that ISO 18004
 * asks for.
 */
const readable = { errorCorrectionLevel: 'M', margin: 4 } as const

/** Pixels a module: a code of ours has about 50, so the picture is some 450 wide, sharp on a screen and on a sticker. */
const SCALE = 8

export const qrSvg = (text: string): Promise<string> => toString(text, { ...readable, type: 'svg' })

export const qrPng = (text: string): Promise<Buffer> => toBuffer(text, { ...readable, type: 'png', scale: SCALE })
