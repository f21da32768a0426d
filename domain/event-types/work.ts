/** What is told of work that waits for an operator, of any process that can need some. */
export const taskEvents = <const Name extends string>(object: Name) =>
  ({
    [`${object}.task_due`]: 'Half of the time of an operator’s task about it is over.',
    [`${object}.task_escalated`]: 'The time of an operator’s task about it is over, and it is not done.'
  }) as Readonly<Record<`${Name}.${'task_due' | 'task_escalated'}`, string>>

/** The same of a review: a decision that a second person has to make. */
export const reviewEvents = <const Name extends string>(object: Name) =>
  ({
    [`${object}.review_due`]: 'Half of the time to review it is over.',
    [`${object}.review_escalated`]: 'The time to review it is over, and nobody has decided.'
  }) as Readonly<Record<`${Name}.${'review_due' | 'review_escalated'}`, string>>
