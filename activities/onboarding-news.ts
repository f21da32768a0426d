import { onboardingMessages, type OnboardingNews } from '../domain/onboarding-message.ts'
import { idOf } from '../domain/ids.ts'
import { findProvedContact } from '../store/personal.ts'
import type { ActivityDeps } from './deps.ts'
import type { OnboardingStart } from './onboarding-progress.ts'

export function onboardingNewsActivities({ db, vault, notifier }: Pick<ActivityDeps, 'db' | 'vault' | 'notifier'>) {
  return {
    /** Tells the customer; the version names the message, so that one event is told once. */
    tellApplicant: async ({ id, order }: OnboardingStart, news: OnboardingNews, version: number): Promise<void> => {
      const contact = await findProvedContact(db, vault, idOf('cus', order.customer_id))
      if (!contact) return
      const { kind, value: to } = contact
      const channel = kind === 'email' ? 'email' : 'sms'
      await notifier.send({ id: `${id}-${version}`, to, channel, ...onboardingMessages[news] })
    }
  }
}
