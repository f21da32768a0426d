import type { ApiDeps } from '../deps.ts'
import type { Route } from '../route.ts'
import { accountingPeriodRoutes } from './accounting-period.ts'
import { adjustmentRoutes } from './adjustment.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { auditLogRoutes } from './audit-log.ts'
import { automaticTopUpRoutes } from './automatic-top-up.ts'
import { bankAccountSuspensionRoutes } from './bank-account-suspension.ts'
import { bankAccountRoutes } from './bank-account.ts'
import { bankLinkRoutes } from './bank-link.ts'
import { billPaymentListRoutes } from './bill-payment-list.ts'
import { billPaymentRoutes } from './bill-payment.ts'
import { billRoutes } from './bill.ts'
import { billerRoutes } from './biller.ts'
import { bulkDecisionRoutes } from './bulk-decision.ts'
import { bankReturnRoutes } from './bank-return.ts'
import { callbackRoutes } from './callbacks.ts'
import { cardLinkRoutes } from './card-link.ts'
import { cardRoutes } from './card.ts'
import { credentialRoutes } from './credentials.ts'
import { customerTimelineRoutes } from './customer-timeline.ts'
import { customerRoutes } from './customers.ts'
import { debitReportRoutes } from './debit-report.ts'
import { deviceRoutes } from './devices.ts'
import { disputeDecisionRoutes } from './dispute-decision.ts'
import { disputeEvidenceRoutes } from './dispute-evidence.ts'
import { concessionRoutes } from './concession.ts'
import { disputeRoutes } from './dispute.ts'
import { eventRoutes } from './event.ts'
import { freezeRoutes } from './freeze.ts'
import { generalLedgerRoutes } from './general-ledger.ts'
import { limitRoutes } from './limits.ts'
import { mandateDecisionRoutes } from './mandate-decision.ts'
import { mandateRoutes } from './mandate.ts'
import { merchantBalanceRoutes } from './merchant-balance.ts'
import { merchantKeyRoutes } from './merchant-keys.ts'
import { merchantStateRoutes } from './merchant-state.ts'
import { merchantRoutes } from './merchant.ts'
import { businessOnboardingRoutes } from './onboarding-business.ts'
import { onboardingRoutes } from './onboarding.ts'
import { notificationPreferenceRoutes } from './notification-preferences.ts'
import { notificationRoutes } from './notification.ts'
import { passwordResetRoutes } from './password-reset.ts'
import { paymentListRoutes } from './payment-list.ts'
import { paymentRequestRoutes } from './payment-request.ts'
import { paymentRoutes } from './payment.ts'
import { policyRoutes } from './policies.ts'
import { qrCodeRoutes } from './qr-code.ts'
import { receiptRoutes } from './receipt.ts'
import { refundListRoutes } from './refund-list.ts'
import { refundRoutes } from './refund.ts'
import { reconciliationRoutes } from './reconciliation.ts'
import { registrationRoutes } from './registration.ts'
import { reviewRoutes } from './review.ts'
import { riskRuleRoutes } from './risk-rule.ts'
import { secondFactorRoutes } from './second-factor.ts'
import { sessionRoutes } from './sessions.ts'
import { settlementAccountRoutes } from './settlement-account.ts'
import { settlementReadRoutes } from './settlement-read.ts'
import { settlementRoutes } from './settlement.ts'
import { statementImportRoutes } from './statement-import.ts'
import { taskRoutes } from './task.ts'
import { topUpListRoutes } from './top-up-list.ts'
import { topUpRoutes } from './top-up.ts'
import { walletRoutes } from './wallet.ts'
import { webhookDeliveryRoutes } from './webhook-delivery.ts'
import { webhookEndpointRoutes } from './webhook-endpoint.ts'
import { webhookStateRoutes } from './webhook-state.ts'
import { withdrawalListRoutes } from './withdrawal-list.ts'
import { withdrawalRoutes } from './withdrawal.ts'

/** Every route below `/v1`: what is mounted, what OpenAPI describes, what the matrix test walks. */
export const listRoutes = (deps: ApiDeps): Route[] => [
  ...sessionRoutes(deps),
  ...deviceRoutes(deps),
  ...notificationRoutes(deps),
  ...notificationPreferenceRoutes(deps),
  ...secondFactorRoutes(deps),
  ...passwordResetRoutes(deps),
  ...debitReportRoutes(deps),
  ...registrationRoutes(deps),
  ...customerRoutes(deps),
  ...customerTimelineRoutes(deps),
  ...credentialRoutes(deps),
  ...limitRoutes(deps),
  ...onboardingRoutes(deps),
  ...businessOnboardingRoutes(deps),
  ...apiKeyRoutes(deps),
  ...policyRoutes(deps),
  ...riskRuleRoutes(deps),
  ...auditLogRoutes(deps),
  ...callbackRoutes(deps),
  ...paymentRoutes(deps),
  ...bankAccountRoutes(deps),
  ...bankAccountSuspensionRoutes(deps),
  ...bankLinkRoutes(deps),
  ...bankReturnRoutes(deps),
  ...cardRoutes(deps),
  ...cardLinkRoutes(deps),
  ...disputeRoutes(deps),
  ...concessionRoutes(deps),
  ...disputeDecisionRoutes(deps),
  ...disputeEvidenceRoutes(deps),
  ...eventRoutes(deps),
  ...webhookEndpointRoutes(deps),
  ...webhookStateRoutes(deps),
  ...webhookDeliveryRoutes(deps),
  ...mandateRoutes(deps),
  ...mandateDecisionRoutes(deps),
  ...merchantRoutes(deps),
  ...merchantStateRoutes,
  ...merchantKeyRoutes(deps),
  ...merchantBalanceRoutes(deps),
  ...paymentListRoutes(deps),
  ...paymentRequestRoutes(deps),
  ...qrCodeRoutes(deps),
  ...receiptRoutes(deps),
  ...walletRoutes(deps),
  ...freezeRoutes(deps),
  ...topUpRoutes(deps),
  ...topUpListRoutes(deps),
  ...automaticTopUpRoutes(deps),
  ...withdrawalRoutes(deps),
  ...withdrawalListRoutes(deps),
  ...refundRoutes(deps),
  ...refundListRoutes(deps),
  ...settlementRoutes(deps),
  ...settlementReadRoutes(deps),
  ...settlementAccountRoutes(deps),
  ...taskRoutes(deps),
  ...bulkDecisionRoutes(deps),
  ...reviewRoutes(deps),
  ...reconciliationRoutes(deps),
  ...statementImportRoutes(deps),
  ...adjustmentRoutes(deps),
  ...accountingPeriodRoutes(deps),
  ...generalLedgerRoutes(deps),
  ...billerRoutes(deps),
  ...billRoutes(deps),
  ...billPaymentRoutes(deps),
  ...billPaymentListRoutes(deps)
]
