/** Sessions, and how often anything that guesses may be tried. Real milliseconds. */
export const access = {
  /** 10 minutes: a stolen access token is worthless soon, and a refresh costs one request. */
  access_token_ms: 600_000,
  /** 30 days without use end a session. */
  refresh_token_ms: 2_592_000_000,
  /** Failed log-ins of one login name: ten honest typos, not a dictionary. */
  login_failures: { max: 10, window_ms: 900_000 },
  /** Log-ins from one address: an office behind one router fits, a spray does not. */
  login_per_address: { max: 100, window_ms: 60_000 },
  /** Requests without valid credentials from one address: guessed keys and tokens. */
  unauthenticated_per_address: { max: 300, window_ms: 60_000 }
}
