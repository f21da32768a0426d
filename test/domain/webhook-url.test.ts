import { describe, expect, it } from '@jest/globals'
import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { isLoopbackAddress, isPublicAddress } from '../../domain/ip-address.ts'
import { mayConnectTo, refusalOfUrl } from '../../domain/webhook-url.ts'

const outside = { loopback: false }

/** Hosts that lead somewhere inside, in every way in which they have been written to slip through. */
const insideHosts = [
  ...['127.0.0.1', '127.1.2.3', '127.255.255.255', '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1'],
  ...['172.31.255.255', '192.168.0.1', '192.168.255.255', '169.254.0.1', '169.254.169.254', '169.254.170.2'],
  ...['100.64.0.1', '100.100.100.200', '100.127.255.255', '192.0.0.192', '192.0.2.1', '198.18.0.1', '198.19.255.255'],
  ...['198.51.100.7', '203.0.113.9', '192.88.99.1', '168.63.129.16', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
  ...['255.255.255.255', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fe80::1]', '[febf::1]', '[fec0::1]', '[fc00::1]'],
  ...['[fd00:ec2::254]', '[fdff::1]', '[ff02::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:169.254.169.254]'],
  ...['[::ffff:8.8.8.8]', '[::127.0.0.1]', '[::a9fe:a9fe]', '[64:ff9b::7f00:1]', '[64:ff9b::169.254.169.254]'],
  ...['[64:ff9b:1::a00:1]', '[2002:7f00:1::]', '[2002:a9fe:a9fe::1]', '[2001::1]', '[2001:0:a9fe:a9fe::1]'],
  ...['[2001:db8::1]', '[3fff::1]', '[100::1]', '[5f00::1]', '[::ffff:0:127.0.0.1]']
]
/** Numbers that browsers and C libraries read as addresses. */
const numericHosts = [
  ...['2130706433', '0x7f000001', '017700000001', '0177.0.0.1', '0x7f.0.0.1', '0x7f.1', '127.1', '127.0.1', '10.1'],
  ...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '00000177.0.0.1', '127.0.0.1.', '127.000.0.1']
]
const oddHosts = [
  ...['localhost', 'LOCALHOST', 'localhost.', 'sub.localhost', 'metadata', 'metadata.google.internal', 'kubernetes'],
  ...['printer.local', 'intranet', 'nas.lan', 'db.corp', 'router.home.arpa', 'x.onion', 'hooks.example.com.'],
  ...[
    '127%2e0%2e0%2e1',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    'ⓛocalhost',
    'bücher.example',
    '-',
    'a..b.example'
  ]
]

describe('A URL for webhooks', () => {
  it.each([...insideHosts, ...numericHosts, ...oddHosts])('is refused when its host is %s', (host) => {
    expect(refusalOfUrl(`https://${host}/hook`, outside)).toBeDefined()
    expect(refusalOfUrl(`https://${host}:8443/hook`, outside)).toBeDefined()
  })

  it.each([
    ['http://hooks.example.com/', 'scheme'],
    ['HTTPS://hooks.example.com/', 'scheme'],
    ['ftp://hooks.example.com/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['https:hooks.example.com', 'scheme'],
    ['https:///hooks.example.com', 'host_form'],
    ['https://user@hooks.example.com/', 'credentials'],
    ['https://hooks.example.com@169.254.169.254/', 'credentials'],
    ['https://hooks.example.com\\@10.0.0.1/', 'malformed'],
    ['https://hooks.example.com/\n', 'malformed'],
    [' https://hooks.example.com/', 'malformed'],
    ['https://hooks.example.com/#@10.0.0.1', 'fragment'],
    ['https://hooks.example.com:22/', 'port'],
    ['https://hooks.example.com:6379/', 'port'],
    ['https://hooks.example.com:0/', 'port'],
    ['https://hooks.example.com:99999/', 'malformed'],
    [`https://hooks.example.com/${'a'.repeat(2_000)}`, 'too_long'],
    ['nothing', 'malformed']
  ])('is refused with a clear word: %s → %s', (url, word) => {
    expect(refusalOfUrl(url, outside)).toBe(word)
  })

  it.each([
    'https://hooks.example.com/coffer?team=7',
    'https://hooks.example.com:8443/',
    'https://xn--bcher-kva.example/hook',
    'https://Hooks.Example.COM/hook',
    'https://8.8.8.8/',
    'https://172.32.0.1/',
    'https://[2606:4700::1111]/',
    'https://a_b.example.co.uk/'
  ])('is good when it leads outside: %s', (url) => {
    expect(refusalOfUrl(url, outside)).toBeUndefined()
  })

  it('may lead to this machine, and nowhere else inside, only where local or test mode says so', () => {
    const here = { loopback: true }
    for (const url of ['http://127.0.0.1:3001/x', 'http://localhost:3001/x', 'http://[::1]:3001/x'])
      expect([refusalOfUrl(url, here), refusalOfUrl(url, outside)]).toEqual([undefined, 'scheme'])
    for (const host of ['10.0.0.1', '169.254.169.254', '[fe80::1]', '0.0.0.0', '2130706433'])
      expect(refusalOfUrl(`https://${host}/`, here)).toBeDefined()
    expect(refusalOfUrl('http://hooks.example.com/', here)).toBe('scheme')
    expect(refusalOfUrl('http://127.0.0.1:5432/', here)).toBe('port')
    expect([mayConnectTo('127.0.0.1', here), mayConnectTo('10.0.0.1', here)]).toEqual([true, false])
  })
})

describe('An address', () => {
  const unhost = (host: string) => host.replaceAll(/[[\]]/g, '')

  it('is public for nobody who is inside, in however it is written', () => {
    for (const host of [...insideHosts, ...numericHosts])
      expect([host, isPublicAddress(unhost(host))]).toEqual([host, false])
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      ':::',
      '1::2::3',
      '2606:4700::1111%eth0',
      '12345::',
      'g::'
    ])
      expect([text, isPublicAddress(text)]).toEqual([text, false])
  })

  it('is read as Node reads it: a second opinion on blocks, for random addresses', () => {
    const inside = new BlockList()
    for (const [net, prefix] of [
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['224.0.0.0', 3]
    ] as const)
      inside.addSubnet(net, prefix)
    const unicast = new BlockList()
    unicast.addSubnet('2000::', 3, 'ipv6')
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        if (inside.check(address)) expect(isPublicAddress(address)).toBe(false)
        expect(isLoopbackAddress(address)).toBe(address.startsWith('127.'))
      }),
      { numRuns: 2_000 }
    )
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (isIP(address) !== 6 || !unicast.check(address, 'ipv6')) expect(isPublicAddress(address)).toBe(false)
      }),
      { numRuns: 2_000 }
    )
    for (const address of [
      '1.1.1.1',
      '9.9.9.9',
      '11.0.0.1',
      '172.15.255.255',
      '172.32.0.0',
      '100.63.0.1',
      '100.128.0.1'
    ])
      expect([address, isPublicAddress(address)]).toEqual([address, true])
    for (const address of ['2606:4700:4700::1111', '2a00:1450:4001::200e', '2620:fe::fe', '3ffe::1'])
      expect([address, isPublicAddress(address)]).toEqual([address, true])
  })
})
