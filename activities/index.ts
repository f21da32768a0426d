import { bankLinkBankActivities } from './bank-link-bank.ts'
import { bankLinkDecisionActivities } from './bank-link-decisions.ts'
import { bankLinkActivities } from './bank-link.ts'
import { billPaymentBillerActivities } from './bill-payment-biller.ts'
import { billPaymentDecisionActivities } from './bill-payment-decisions.ts'
import { billPaymentOutcomeActivities } from './bill-payment-outcome.ts'
import { billPaymentActivities } from './bill-payment.ts'
import { bulkDecisionActivities } from './bulk-decision.ts'
import { bankReturnDecisionActivities } from './bank-return-decisions.ts'
import { bankReturnActivities } from './bank-return.ts'
import { cardCaptureActivities } from './card-capture.ts'
import { cardLinkAcquirerActivities } from './card-link-acquirer.ts'
import { cardLinkActivities } from './card-link.ts'
import { cardReleaseActivities } from './card-release.ts'
import { chargebackNoticeActivities } from './chargeback-notice.ts'
import { clockActivities } from './clock.ts'
import { concessionActivities } from './concession.ts'
import { deliverCodeActivities } from './deliver-code.ts'
import { depositRecoveryActivities } from './deposit-recovery.ts'
import type { ActivityDeps } from './deps.ts'
import { disputeDecisionActivities } from './dispute-decisions.ts'
import { disputeActivities } from './dispute.ts'
import { mandateDecisionActivities } from './mandate-decisions.ts'
import { mandateDueActivities } from './mandate-due.ts'
import { withMandates } from './mandate-gate.ts'
import { mandateSweepActivities } from './mandate-sweep.ts'
import { mandateActivities } from './mandate.ts'
import { microDepositBankActivities } from './micro-deposit-bank.ts'
import { microDepositActivities } from './micro-deposits.ts'
import { onboardingBureauActivities } from './onboarding-bureau.ts'
import { onboardingBusinessActivities } from './onboarding-business.ts'
import { onboardingDecisionActivities } from './onboarding-decisions.ts'
import { onboardingNewsActivities } from './onboarding-news.ts'
import { notificationActivities } from './notifications.ts'
import { onboardingActivities } from './onboarding.ts'
import { paymentBankActivities } from './payment-bank.ts'
import { paymentCardActivities } from './payment-card.ts'
import { paymentFundingActivities } from './payment-funding.ts'
import { paymentRequestActivities } from './payment-request.ts'
import { paymentActivities } from './payment.ts'
import { reconciliationDecisionActivities } from './reconciliation-decisions.ts'
import { reconciliationItemActivities } from './reconciliation-items.ts'
import { reconciliationMatchingActivities } from './reconciliation-matching.ts'
import { reconciliationActivities } from './reconciliation.ts'
import { recoverDebts } from './recover-debts.ts'
import { refundDecisionActivities } from './refund-decisions.ts'
import { refundRailActivities } from './refund-rail.ts'
import { refundActivities, refundOutcomeActivities } from './refund.ts'
import { representmentActivities } from './representment.ts'
import { rescreeningActivities } from './rescreening.ts'
import { settlementBankActivities } from './settlement-bank.ts'
import { settlementDayActivities } from './settlement-day.ts'
import { settlementDecisionActivities } from './settlement-decisions.ts'
import { settlementActivities } from './settlement.ts'
import { startReconciliationActivities } from './start-reconciliations.ts'
import { sweepActivities } from './sweep.ts'
import { withFailures } from './to-failure.ts'
import { topUpBankActivities } from './top-up-bank.ts'
import { topUpCardActivities } from './top-up-card.ts'
import { topUpDecisionActivities } from './top-up-decisions.ts'
import { topUpActivities } from './top-up.ts'
import { webhookDeliveryActivities } from './webhook-delivery.ts'
import { withdrawalBankActivities } from './withdrawal-bank.ts'
import { withdrawalDecisionActivities } from './withdrawal-decisions.ts'
import { withdrawalReviewActivities } from './withdrawal-review.ts'
import { withdrawalActivities } from './withdrawal.ts'

/** Every activity of the worker, by the name that workflows call it by. */
export const createActivities = (given: ActivityDeps) => {
  const deps: ActivityDeps = { ...given, ledger: withMandates({ ...given, ledger: recoverDebts(given) }) }
  return withFailures({
    ...clockActivities(deps),
    ...deliverCodeActivities(deps),
    ...notificationActivities(deps),
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
    ...topUpCardActivities(deps),
    ...topUpDecisionActivities(deps),
    ...webhookDeliveryActivities(deps),
    ...withdrawalActivities(deps),
    ...withdrawalBankActivities(deps),
    ...withdrawalDecisionActivities(deps),
    ...withdrawalReviewActivities(deps),
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
    ...disputeActivities(deps),
    ...disputeDecisionActivities(deps),
    ...representmentActivities(deps),
    ...concessionActivities(deps),
    ...settlementActivities(deps),
    ...settlementBankActivities(deps),
    ...settlementDecisionActivities(deps),
    ...settlementDayActivities(deps),
    ...reconciliationActivities(deps),
    ...reconciliationMatchingActivities(deps),
    ...reconciliationItemActivities(deps),
    ...reconciliationDecisionActivities(deps),
    ...startReconciliationActivities(deps),
    ...mandateActivities(deps),
    ...mandateDecisionActivities(deps),
    ...mandateDueActivities(deps),
    ...mandateSweepActivities(deps),
    ...billPaymentActivities(deps),
    ...billPaymentOutcomeActivities(deps),
    ...billPaymentBillerActivities(deps),
    ...billPaymentDecisionActivities(deps),
    ...sweepActivities(deps)
  })
}

export type Activities = ReturnType<typeof createActivities>
