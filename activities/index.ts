import { bankLinkBankActivities } from './bank-link-bank.ts'
import { bankLinkDecisionActivities } from './bank-link-decisions.ts'
import { bankLinkActivities } from './bank-link.ts'
import { bulkDecisionActivities } from './bulk-decision.ts'
import { bankReturnDecisionActivities } from './bank-return-decisions.ts'
import { bankReturnActivities } from './bank-return.ts'
import { cardCaptureActivities } from './card-capture.ts'
import { cardLinkAcquirerActivities } from './card-link-acquirer.ts'
import { cardLinkActivities } from './card-link.ts'
import { cardReleaseActivities } from './card-release.ts'
import { chargebackNoticeActivities } from './chargeback-notice.ts'
import { clockActivities } from './clock.ts'
import { deliverCodeActivities } from './deliver-code.ts'
import { depositRecoveryActivities } from './deposit-recovery.ts'
import type { ActivityDeps } from './deps.ts'
import { microDepositBankActivities } from './micro-deposit-bank.ts'
import { microDepositActivities } from './micro-deposits.ts'
import { onboardingBureauActivities } from './onboarding-bureau.ts'
import { onboardingBusinessActivities } from './onboarding-business.ts'
import { onboardingDecisionActivities } from './onboarding-decisions.ts'
import { onboardingNewsActivities } from './onboarding-news.ts'
import { noticeActivities } from './notices.ts'
import { onboardingActivities } from './onboarding.ts'
import { paymentBankActivities } from './payment-bank.ts'
import { paymentCardActivities } from './payment-card.ts'
import { paymentFundingActivities } from './payment-funding.ts'
import { paymentRequestActivities } from './payment-request.ts'
import { paymentActivities } from './payment.ts'
import { recoverDebts } from './recover-debts.ts'
import { refundDecisionActivities } from './refund-decisions.ts'
import { refundRailActivities } from './refund-rail.ts'
import { refundActivities, refundOutcomeActivities } from './refund.ts'
import { rescreeningActivities } from './rescreening.ts'
import { sweepActivities } from './sweep.ts'
import { withFailures } from './to-failure.ts'
import { topUpBankActivities } from './top-up-bank.ts'
import { topUpDecisionActivities } from './top-up-decisions.ts'
import { topUpActivities } from './top-up.ts'
import { withdrawalBankActivities } from './withdrawal-bank.ts'
import { withdrawalDecisionActivities } from './withdrawal-decisions.ts'
import { withdrawalActivities } from './withdrawal.ts'

/** Every activity of the worker, by the name that workflows call it by. */
export const createActivities = (given: ActivityDeps) => {
  const deps: ActivityDeps = { ...given, ledger: recoverDebts(given) }
  return withFailures({
    ...clockActivities(deps),
    ...deliverCodeActivities(deps),
    ...noticeActivities(deps),
    ...onboardingActivities(deps),
    ...onboardingDecisionActivities(deps),
    ...onboardingBureauActivities(deps),
    ...onboardingBusinessActivities(deps),
    ...onboardingNewsActivities(deps),
    ...paymentActivities(deps),
    ...paymentFundingActivities(deps),
    ...paymentBankActivities(deps),
    ...paymentCardActivities(deps),
    ...cardCaptureActivities(deps),
    ...cardReleaseActivities(deps),
    ...chargebackNoticeActivities(deps),
    ...rescreeningActivities(deps),
    ...paymentRequestActivities(deps),
    ...topUpActivities(deps),
    ...topUpBankActivities(deps),
    ...topUpDecisionActivities(deps),
    ...withdrawalActivities(deps),
    ...withdrawalBankActivities(deps),
    ...withdrawalDecisionActivities(deps),
    ...bankLinkActivities(deps),
    ...bankLinkBankActivities(deps),
    ...bankLinkDecisionActivities(deps),
    ...microDepositActivities(deps),
    ...microDepositBankActivities(deps),
    ...depositRecoveryActivities(deps),
    ...bulkDecisionActivities(deps),
    ...bankReturnActivities(deps),
    ...bankReturnDecisionActivities(deps),
    ...cardLinkActivities(deps),
    ...cardLinkAcquirerActivities(deps),
    ...refundActivities(deps),
    ...refundOutcomeActivities(deps),
    ...refundDecisionActivities(deps),
    ...refundRailActivities(deps),
    ...sweepActivities(deps)
  })
}

export type Activities = ReturnType<typeof createActivities>
