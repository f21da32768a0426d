import { describe, expect, it } from '@jest/globals'
import { decodeQr } from '../../domain/qr.ts'
import { refusalOf } from './refusal-of.ts'

/** The worked example of the EMVCo Merchant-Presented Mode specification. */
const EMVCO =
  '00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT' +
  '6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME' +
  '91320016A0112233449988770708123456786304A13A'
/** Banco Central do Brasil, Manual de Padrões para Iniciação do Pix. */
const PIX =
  '00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal' +
  '6008BRASILIA62070503***63041D3D'
/** PayNow, as generators of public test suites write it. */
const PAYNOW =
  '00020101021126490009SG.PAYNOW010120210201403121W03011040820201231520400005303702' +
  '5406500.005802SG5913ACME Pte Ltd.6009Singapore62150111TQINV-100016304815C'
/** Hong Kong's Faster Payment System with a dynamic code. */
const FPS =
  '00020101021226320012hk.com.hkicl0207600050906011520400005303344540510.505802HK5902NA6002HK' +
  '62270523HKTEST202103190606259626304BCD1'
/** Card schemes' account numbers beside two UPI templates. */
const INDIA =
  '00020101021102164000010000000050061660000100000000500825KVBL00012071207500010012826350010A0000005240110TEST12@vpa' +
  '02031.027240010A00000052401066005635204549953033565802IN5904Test6007CHENNAI610660006162130709600563001630429C2'

describe('the example of the EMVCo specification', () => {
  it('decodes fully, and cannot be paid', () => {
    expect(decodeQr(EMVCO)).toEqual({
      merchantName: 'BEST TRANSPORT',
      merchantCity: 'BEIJING',
      country: 'CN',
      mcc: '4111',
      amount: { amount: 2_372n, currency: 'CNY' },
      currency: 'CNY',
      currencyNumeric: '156',
      static: false,
      payable: false,
      tip: { kind: 'prompt' },
      templates: [
        { tag: '29', id: 'D15600000000', fields: { '05': 'A93FO3230Q' } },
        { tag: '31', id: 'D15600000001', fields: { '03': '12345678' } },
        { tag: '91', id: 'A011223344998877', fields: { '07': '12345678' } }
      ],
      additional: {
        store_label: '1234',
        customer_label: '***',
        terminal_label: 'A6008667',
        consumer_data_request: 'ME'
      },
      languages: [{ language: 'ZH', merchantName: '最佳运输', merchantCity: '北京' }]
    })
  })
})

describe('a code of another scheme', () => {
  it('in Brazil is static without tag 01', () => {
    expect(decodeQr(PIX)).toMatchObject({
      merchantName: 'Fulano de Tal',
      currency: 'BRL',
      static: true,
      payable: false,
      templates: [{ tag: '26', id: 'br.gov.bcb.pix', fields: { '01': '123e4567-e12b-12d1-a456-426655440000' } }],
      additional: { reference_label: '***' }
    })
    expect(decodeQr(PIX).amount).toBeUndefined()
  })

  it('in Singapore may be static and carry an amount', () => {
    expect(decodeQr(PAYNOW)).toMatchObject({
      static: true,
      amount: { amount: 50_000n, currency: 'SGD' },
      additional: { bill_number: 'TQINV-10001' }
    })
  })

  it('in Hong Kong is dynamic', () => {
    expect(decodeQr(FPS)).toMatchObject({ static: false, amount: { amount: 1_050n, currency: 'HKD' }, payable: false })
  })

  it('in India lists card schemes’ numbers and templates of one identifier', () => {
    expect(decodeQr(INDIA).templates).toEqual([
      { tag: '02', value: '4000010000000050' },
      { tag: '06', value: '6000010000000050' },
      { tag: '08', value: 'KVBL000120712075000100128' },
      { tag: '26', id: 'A000000524', fields: { '01': 'TEST12@vpa', '02': '1.0' } },
      { tag: '27', id: 'A000000524', fields: { '01': '600563' } }
    ])
    expect(decodeQr(INDIA).postalCode).toBe('600061')
  })

  it('may write its checksum in lower case', () => {
    expect(decodeQr(`${PIX.slice(0, -4)}1d3d`)).toEqual(decodeQr(PIX))
  })

  it('in Japan with decimals of a yen is refused', () => {
    const jcb =
      '0002010102121313JCB12345678900416MASTER12345678905204531153033925407999.1235802JP5906DONGRI6005TOKYO' +
      '62240104hoge0504fuga0704piyo6304C343'
    expect(refusalOf(() => decodeQr(jcb))).toEqual({ code: 'qr_amount_invalid', data: { reason: 'decimals' } })
  })
})

describe('the checksum of a code', () => {
  it('covers the bytes of its text in other languages', () => {
    const refused = { code: 'qr_invalid', data: { reason: 'crc', tag: '63' } }
    expect(refusalOf(() => decodeQr(`${EMVCO.slice(0, -4)}A13B`))).toEqual(refused)
    expect(refusalOf(() => decodeQr(EMVCO.replace('北京', '南京')))).toEqual(refused)
  })
})
