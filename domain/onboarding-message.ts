import type { MessageText } from './verification-message.ts'

/** What customers are told of their application; never why somebody looked at it. */
export const onboardingMessages = {
  reminded: {
    subject: 'Something is missing from your application',
    text: 'We cannot go on with your application: something is still missing. Open Coffer to see what, and until when.'
  },
  collecting: {
    subject: 'We need something more from you',
    text: 'To go on with your application we need something more. Open Coffer to see what, and until when.'
  },
  approved: {
    subject: 'Your application is approved',
    text: 'Welcome to Coffer: your application is approved, and your limits are in force.'
  },
  rejected: {
    subject: 'Your application was not accepted',
    text: 'We are sorry: we cannot accept your application.'
  },
  restricted: {
    subject: 'Your account is restricted',
    text: 'We are carrying out a routine check. Until it is over, money can come in but not go out.'
  },
  lifted: {
    subject: 'Your account is no longer restricted',
    text: 'The routine check of your account is over: you can use it again as before.'
  },
  expired: {
    subject: 'Your application has expired',
    text: 'What was missing did not come in time, so your application has expired. You can begin a new one at any time.'
  }
} as const satisfies Readonly<Record<string, MessageText>>

export type OnboardingNews = keyof typeof onboardingMessages

/** The same for a business. */
export const businessMessages: Readonly<Record<OnboardingNews, MessageText>> = {
  ...onboardingMessages,
  approved: {
    subject: 'Your application is approved',
    text: 'Welcome to Coffer: your application is approved, and you can be paid.'
  },
  restricted: {
    subject: 'Your account is restricted',
    text: 'We are carrying out a routine check. Until it is over, you cannot be paid.'
  },
  lifted: {
    subject: 'Your account is no longer restricted',
    text: 'The routine check of your account is over: you can be paid again as before.'
  }
}
