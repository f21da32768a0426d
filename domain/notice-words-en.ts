import type { Catalogue, Said } from './notice-words.ts'

const callUs = 'If it was not you, call us now.'
const notYou = 'Not you? Call us now.'
const denial = ({ token }: Said) =>
  token === '' ? '' : ` Was it not you? Answer within 7 days, and your wallets are frozen: ${token}`
const shortDenial = ({ token }: Said) => (token === '' ? 'Not you? Say so in Coffer.' : `Not you? Answer ${token}`)

/** Plain ASCII in what becomes a text message: one letter outside of its alphabet halves what fits. */
export const english: Catalogue = {
  debit_reported: {
    subject: 'Your wallets are frozen',
    text: 'You told us that a debit was not yours. Nothing leaves your wallets any more, every session has ended, and we are looking into it.'
  },
  password_reset: {
    subject: 'Your password was replaced',
    text: `Somebody, probably you, has set a new password. Every session has ended, and for 24 hours nothing can be withdrawn. ${callUs}`,
    also: notYou
  },
  password_changed: {
    subject: 'Your password was changed',
    text: `Somebody, probably you, has changed your password. Every other session has ended. ${callUs}`,
    also: notYou
  },
  pin_set: {
    subject: 'You have a PIN now',
    text: `Somebody, probably you, has chosen the PIN that confirms your payments. ${callUs}`,
    also: notYou
  },
  pin_changed: {
    subject: 'Your PIN was changed',
    text: `Somebody, probably you, has changed the PIN that confirms your payments. ${callUs}`,
    also: notYou
  },
  device_added: {
    subject: 'A new device',
    text: 'Somebody, probably you, has logged in from a device that we had not seen before. If it was not you, revoke it, and change your password.',
    also: 'Somebody logged in from it. Not you? Revoke it, and change your password.'
  },
  second_factor_on: {
    subject: 'Your second factor is on',
    text: `From now on a log-in from a new device asks for a code of your authenticator. ${callUs}`,
    also: notYou
  },
  second_factor_off: {
    subject: 'Your second factor is off',
    text: `Your authenticator is not asked for any more. ${callUs}`,
    also: notYou
  },
  wallet_frozen: {
    subject: 'A wallet of yours is frozen',
    text: 'Nothing leaves the wallet until it is thawed; money can still come in.'
  },
  wallet_thawed: {
    subject: 'Your wallet can be used again',
    text: `Your wallet was thawed: payments and withdrawals go on as before. ${callUs}`,
    also: notYou
  },
  bank_account_linked: {
    subject: 'A bank account was linked',
    text: `A bank account is linked to your wallets now: you can top up from it and withdraw to it. ${callUs}`,
    also: notYou
  },
  card_linked: {
    subject: 'A card was linked',
    text: `A card is linked to your wallets now: you can pay by it. ${callUs}`,
    also: notYou
  },
  limits_changed: {
    subject: 'Your own limits were changed',
    text: `What may leave your wallets was set anew. Lower limits hold at once, higher ones after 24 hours. ${callUs}`,
    also: notYou
  },
  debit: (said) => ({
    subject: `${said.amount} to ${said.party}`,
    text: `${said.amount} went to ${said.party}.${denial(said)}`,
    also: shortDenial(said)
  }),
  withdrawal_sent: (said) => ({
    subject: `${said.amount} to your bank account`,
    text: `${said.amount} leave your wallet for your bank account.${denial(said)}`,
    also: shortDenial(said)
  }),
  confirmation_needed: ({ amount, due }) => ({
    subject: `Please confirm ${amount}`,
    text: `We have looked at what you asked for: ${amount} can go, once you have confirmed it with your PIN, until ${due}.`,
    also: `Until ${due}.`
  }),
  payment_declined: ({ amount, party }) => ({
    subject: `Your payment of ${amount} was not made`,
    text: `Your payment of ${amount} to ${party} was not made. Nothing was taken from your wallet for it; Coffer says why.`
  }),
  hold_released: ({ amount, party }) => ({
    subject: `${amount} are yours again`,
    text: `${party} has not taken the ${amount} that were held for it. You can spend them again.`
  }),
  top_up_succeeded: ({ amount }) => ({
    subject: `${amount} have arrived`,
    text: `Your top-up of ${amount} is in your wallet.`
  }),
  top_up_failed: ({ amount }) => ({
    subject: `Your top-up of ${amount} failed`,
    text: `Your top-up of ${amount} did not work, and your wallet is as it was. Coffer says why.`
  }),
  top_up_returned: ({ amount }) => ({
    subject: `Your top-up of ${amount} was taken back`,
    text: `Your bank has taken ${amount} back that you had topped up. They are taken from your wallet; what it no longer has you owe us.`
  }),
  withdrawal_succeeded: ({ amount }) => ({
    subject: `Your withdrawal of ${amount} is done`,
    text: `Your bank has taken ${amount} for your account. When you see them there is up to your bank.`
  }),
  withdrawal_failed: ({ amount }) => ({
    subject: `Your withdrawal of ${amount} failed`,
    text: `Your withdrawal of ${amount} was not carried out. What was held for it is in your wallet again; Coffer says why.`
  }),
  withdrawal_returned: ({ amount }) => ({
    subject: `Your withdrawal of ${amount} came back`,
    text: `Your bank has sent ${amount} back that you had withdrawn. They are in your wallet again.`
  }),
  refund_received: ({ amount, party }) => ({
    subject: `A refund of ${amount}`,
    text: `${party} has given you ${amount} back.`
  }),
  receivable: ({ amount }) => ({
    subject: `You owe us ${amount}`,
    text: `Money came back to your bank that you had spent already: you owe us ${amount}. Whatever comes into your wallet pays it first.`,
    also: 'What comes into your wallet pays it first.'
  }),
  receivable_paid: {
    subject: 'You owe us nothing any more',
    text: 'What you owed us for money that your bank had taken back is paid.'
  },
  bill_announced: ({ amount }) => ({
    subject: `A bill of ${amount} will be paid`,
    text: `A bill of ${amount} is due soon, and will be paid from your wallet. You can skip it until then.`
  }),
  bill_awaiting_approval: ({ amount }) => ({
    subject: `A bill of ${amount} waits for your approval`,
    text: `A bill of ${amount} is above what you let us pay by ourselves. Open Coffer to approve or to refuse it.`
  }),
  bill_awaiting_funds: ({ amount }) => ({
    subject: `Your wallet lacks money for a bill of ${amount}`,
    text: `A bill of ${amount} is due, and your wallet does not have so much. Top it up, and the bill is paid.`,
    also: 'Top it up, and the bill is paid.'
  }),
  bill_last_attempt: ({ amount }) => ({
    subject: `Tomorrow is the last attempt to pay a bill of ${amount}`,
    text: `A bill of ${amount} is still unpaid, and tomorrow we look for the money for the last time. Please top up today.`,
    also: 'Please top up today.'
  }),
  bill_reversed: ({ amount }) => ({
    subject: `A biller has given you ${amount} back`,
    text: `The biller has given back what you paid for a bill: ${amount} are in your wallet again.`
  }),
  bill_failed: ({ amount }) => ({
    subject: `A bill of ${amount} was not paid`,
    text: `A bill of ${amount} could not be paid. Nothing was taken for it; Coffer says why.`
  }),
  bill_skipped: ({ amount }) => ({
    subject: `A bill of ${amount} was skipped`,
    text: `A bill of ${amount} was left out this time, and is not paid.`
  }),
  mandate_paused: {
    subject: 'Your scheduled bills are paused',
    text: 'Bills that you had scheduled are not paid until you resume them in Coffer.',
    also: 'They are not paid until you resume them.'
  },
  dispute_opened: {
    subject: 'We have your dispute',
    text: 'You have disputed a payment. We have asked the merchant, and will tell you what comes of it. Until it is due you may show us what you have.'
  },
  dispute_credited: {
    subject: 'A provisional credit',
    text: 'While your dispute is open you have the disputed money from us. If it is decided for the merchant, we take it back, and tell you 5 business days before.'
  },
  dispute_for_customer: {
    subject: 'Your dispute was decided for you',
    text: 'The disputed money is yours: it is in your wallet, and a provisional credit stays.'
  },
  dispute_for_merchant: {
    subject: 'Your dispute was decided for the merchant',
    text: 'What the merchant has shown was found to be right. You can read it, and within 10 days you can dispute the payment once more.'
  },
  dispute_reversal: {
    subject: 'Your provisional credit will be taken back',
    text: 'Your dispute is over, and what we had credited for it is taken back after 5 business days. Until then you can go on spending it; what is missing then you will owe us.'
  },
  bank_link_failed: {
    subject: 'Your bank account was not linked',
    text: 'We could not make sure that the bank account is yours, so it is not linked. You can try again in Coffer.'
  },
  card_link_failed: {
    subject: 'Your card was not linked',
    text: 'The card could not be linked. You can try again in Coffer.'
  },
  bank_account_suspended: {
    subject: 'A bank account of yours is suspended',
    text: 'Until further notice we neither take money from one of your linked bank accounts nor pay any to it. Your bank accounts, where you manage them, say which one and why.'
  },
  bank_account_resumed: {
    subject: 'Your bank account can be used again',
    text: 'The suspension of one of your linked bank accounts is lifted: top-ups and withdrawals go on as before.'
  },
  application_reminded: {
    subject: 'Something is missing from your application',
    text: 'We cannot go on with your application: something is still missing. Open Coffer to see what, and until when.'
  },
  application_collecting: {
    subject: 'We need something more from you',
    text: 'To go on with your application we need something more. Open Coffer to see what, and until when.'
  },
  application_approved: {
    subject: 'Your application is approved',
    text: 'Welcome to Coffer: your application is approved, and your limits are in force.'
  },
  application_rejected: {
    subject: 'Your application was not accepted',
    text: 'We are sorry: we cannot accept your application.'
  },
  application_restricted: {
    subject: 'Your account is restricted',
    text: 'We are carrying out a routine check. Until it is over, money can come in but not go out.'
  },
  application_lifted: {
    subject: 'Your account is no longer restricted',
    text: 'The routine check of your account is over: you can use it again as before.'
  },
  application_expired: {
    subject: 'Your application has expired',
    text: 'What was missing did not come in time, so your application has expired. You can begin a new one at any time.'
  },
  business_approved: {
    subject: 'Your application is approved',
    text: 'Welcome to Coffer: your application is approved, and you can be paid.'
  },
  business_restricted: {
    subject: 'Your account is restricted',
    text: 'We are carrying out a routine check. Until it is over, you cannot be paid.'
  },
  business_lifted: {
    subject: 'Your account is no longer restricted',
    text: 'The routine check of your account is over: you can be paid again as before.'
  },
  dispute_received: ({ amount }) => ({
    subject: `A customer disputes ${amount}`,
    text: `A customer disputes ${amount} of a payment to you. The money is set aside. You can give it back without a fee, or wait: it becomes formal after 3 days.`
  }),
  dispute_evidence_due: ({ amount, due }) => ({
    subject: `Your evidence about ${amount} is wanted`,
    text: `Show us until ${due} why the ${amount} that a customer disputes are yours. Without anything from you they go back to the customer.`
  }),
  dispute_won: ({ amount }) => ({
    subject: `The dispute about ${amount} was decided for you`,
    text: `The disputed ${amount} are yours again, and there is no fee.`
  }),
  dispute_lost: ({ amount }) => ({
    subject: `The dispute about ${amount} was decided for the customer`,
    text: `The disputed ${amount} go back to the customer. Coffer shows what it was decided on.`
  }),
  settlement_paid: ({ amount }) => ({
    subject: `${amount} are on your bank account`,
    text: `Your settlement of ${amount} is paid. Coffer shows what it is made of.`
  }),
  settlement_failed: ({ amount }) => ({
    subject: `Your settlement of ${amount} did not arrive`,
    text: `Your bank did not take ${amount} that were due to you. They stay yours with us; see whether your bank account is still right.`
  }),
  request_paid: ({ amount }) => ({
    subject: `Your request of ${amount} is paid`,
    text: `A customer has paid the ${amount} that you had asked for.`
  }),
  request_expired: ({ amount }) => ({
    subject: `Your request of ${amount} has expired`,
    text: `Nobody has paid the ${amount} that you had asked for in time.`
  })
}
