/** How we talk to banks: one send, then only questions. */
export const bank = {
  /** Real milliseconds until a send without an answer is unknown: bank A answers in one second, ten is an outage. */
  send_timeout_ms: 10_000,
  /** Real milliseconds for one inquiry; it is repeated, so it need not be patient. */
  inquiry_timeout_ms: 5_000,
  inquiry: {
    /** Business milliseconds after the send: 5 s, 15 s, 1 min, 5 min, 15 min. Most outages are over in a minute. */
    at_ms: [5_000, 15_000, 60_000, 300_000, 900_000],
    /** Afterwards hourly: a bank that is down for a quarter of an hour is down for a while. */
    then_every_ms: 3_600_000,
    /** 24 h: the last question; then a person has to call the bank. The money stays held. */
    until_ms: 86_400_000
  },
  /** 24 h: by then somebody has found out what became of a stuck instruction; reminded at half, escalated at the end. */
  stuck_sla_ms: 86_400_000,
  /** US cents: giving an instruction up above 1,000 USD takes a second finance operator. */
  write_off_four_eyes_usd: '100000'
}
