import { businessMessages, onboardingMessages, type OnboardingNews } from '../domain/onboarding-message.ts'
import { isOfBusiness } from '../domain/onboarding.ts'
import { idOf } from '../domain/ids.ts'
import { channelOf } from '../domain/personal.ts'
import { readKybProfile } from '../store/kyb-profile.ts'
import { findProvedContact } from '../store/personal.ts'
import type { ActivityDeps } from './deps.ts'
import type { OnboardingStart } from './onboarding-progress.ts'

export function onboardingNewsActivities({ db, vault, notifier }: Pick<ActivityDeps, 'db' | 'vault' | 'notifier'>) {
  return {
    /** Tells the customer or the business; the version names the message, so that one event is told once. */
    tellApplicant: async (start: OnboardingStart, news: OnboardingNews, version: number): Promise<void> => {
      const id = `${start.id}-${version}`
      if (isOfBusiness(start)) {
        const profile = await readKybProfile(db, vault, idOf('mer', start.order.merchant_id))
        const to = profile.business_profile?.contact_email
        if (to !== undefined) await notifier.send({ id, to, channel: 'email', ...businessMessages[news] })
        return
      }
      const contact = await findProvedContact(db, vault, idOf('cus', start.order.customer_id))
      if (!contact) return
      const { kind, value: to } = contact
      await notifier.send({ id, to, channel: channelOf(kind), ...onboardingMessages[news] })
    }
  }
}
