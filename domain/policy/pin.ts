/** The customer's PIN. */
export const pin = {
  /** A million combinations; people remember six digits. */
  digits: 6,
  /** Wrong ones in a row before the lock: 5 guesses in a million. */
  attempts: 5,
  /** 30 minutes for the first lock, doubled for each that follows without a right PIN between. */
  lock_ms: 1_800_000,
  /** A day at most: a guesser gets 5 tries a day, and an owner who forgot is not shut out for ever. */
  lock_max_ms: 86_400_000,
  /**
   * Refused beside the patterns of `domain/pin.ts`: what of the ten most frequent six-digit PINs of Markert, Bailey,
   * Golla, Dürmuth and Aviv, "This PIN Can Be Easily Guessed" (2020) no pattern catches, then shapes on the keypad and
   * numbers that everybody knows.
   */
  common: [
    ...'159753 789456'.split(' '),
    ...'147258 147852 258369 258456 369258 456789 741852 852456 963852 951753 159357 753951 159951 357159'.split(' '),
    ...'123654 321654 987456 789123 456123 123789 147896 142536 123321 654123 112358 314159 271828 141421'.split(' '),
    ...'102030 010203 135790 246810 101112 232425 131419 007007 520520 521521 420420 696969 102938'.split(' ')
  ]
}
