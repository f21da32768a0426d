/** How customers link cards. */
export const cardLink = {
  /** Linked and being linked, of one customer: more than anybody carries. */
  cards_max: 10,
  /** Under way at once. */
  open_max: 3,
  /** In 24 hours the acquirer is asked about so many: whoever tries stolen numbers out needs hundreds. */
  per_day_max: 5
}
