import { kindOfNews, type ApplicationNews } from '../domain/application-news.ts'
import { idOf } from '../domain/ids.ts'
import { isOfBusiness } from '../domain/onboarding.ts'
import { addMerchantNotice, addNotice } from '../store/notices.ts'
import type { ActivityDeps } from './deps.ts'
import type { OnboardingStart } from './onboarding-progress.ts'

export function onboardingNewsActivities({ db }: Pick<ActivityDeps, 'db'>) {
  return {
    /** Tells the customer or the business; the version names the message, so that one event is told once. */
    tellApplicant: async (start: OnboardingStart, news: ApplicationNews, version: number): Promise<void> => {
      const key = `${start.id}-${version}`
      if (isOfBusiness(start)) {
        const merchantId = idOf('mer', start.order.merchant_id)
        await addMerchantNotice(db, merchantId, kindOfNews(news, 'business'), start.id, key)
        return
      }
      await addNotice(db, idOf('cus', start.order.customer_id), kindOfNews(news, 'customer'), start.id, key)
    }
  }
}
