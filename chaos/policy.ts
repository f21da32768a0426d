/**
 * What a run lays over the default policies (as `COFFER_POLICY`): limits on how often somebody may try would otherwise end the
 * traffic of a few people after a minute, and a bank that hangs is waited for in real time.
 */
export const chaosPolicy = {
  bank: { send_timeout_ms: 3_000, inquiry_timeout_ms: 3_000 },
  access: { login_per_address: { max: 1_000_000 }, unauthenticated_per_address: { max: 1_000_000 } },
  registration: { per_address: { max: 1_000_000 } },
  withdrawal: { velocity: { burst: { max: 1_000 }, daily: { max: 1_000 } } },
  card_link: { cards_max: 1_000, per_day_max: 1_000 },
  bank_link: { micro_per_month: 1_000 }
}
