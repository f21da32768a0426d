/** `payment/pay_…`: what runs and on which record; no personal data, since Temporal never encrypts an id. */
export const workflowIdOf = (type: string, id: string): string => `${type}/${id}`
