import type { Catalogue, Said } from './notice-words.ts'

const callUs = '如非本人操作，请立即联系我们。'
const denial = ({ token }: Said) =>
  token === '' ? '' : `如非本人操作，请在 7 天内回复以下代码，您的钱包将被冻结：${token}`
const shortDenial = ({ token }: Said) =>
  token === '' ? '非本人操作？请在 Coffer 中告知我们。' : `非本人操作？请回复 ${token}`

/** A text message in this script holds 70 characters. */
export const chinese: Catalogue = {
  debit_reported: {
    subject: '您的钱包已冻结',
    text: '您告知我们有一笔扣款并非本人操作。您的钱包现已停止一切支出，所有登录均已退出，我们正在调查。'
  },
  password_reset: {
    subject: '您的密码已重设',
    text: `有人（很可能是您本人）设置了新密码。所有登录均已退出，24 小时内无法提现。${callUs}`,
    also: callUs
  },
  password_changed: {
    subject: '您的密码已更改',
    text: `有人（很可能是您本人）更改了您的密码。其他登录均已退出。${callUs}`,
    also: callUs
  },
  pin_set: {
    subject: '您已设置支付密码',
    text: `有人（很可能是您本人）设置了用于确认付款的支付密码。${callUs}`,
    also: callUs
  },
  pin_changed: {
    subject: '您的支付密码已更改',
    text: `有人（很可能是您本人）更改了用于确认付款的支付密码。${callUs}`,
    also: callUs
  },
  device_added: {
    subject: '新设备登录',
    text: '有人（很可能是您本人）在一台新设备上登录了您的账户。如非本人操作，请移除该设备并更改密码。',
    also: '如非本人操作，请移除该设备并更改密码。'
  },
  second_factor_on: {
    subject: '两步验证已开启',
    text: `今后在新设备上登录时，需要输入验证器中的验证码。${callUs}`,
    also: callUs
  },
  second_factor_off: {
    subject: '两步验证已关闭',
    text: `登录时不再需要验证器中的验证码。${callUs}`,
    also: callUs
  },
  wallet_frozen: { subject: '您的一个钱包已冻结', text: '在解冻之前，该钱包无法支出，但仍可收款。' },
  wallet_thawed: {
    subject: '您的钱包已恢复使用',
    text: `您的钱包已解冻，付款和提现恢复正常。${callUs}`,
    also: callUs
  },
  bank_account_linked: {
    subject: '已绑定银行账户',
    text: `您的钱包已绑定一个银行账户，可用于充值和提现。${callUs}`,
    also: callUs
  },
  card_linked: {
    subject: '已绑定银行卡',
    text: `您的钱包已绑定一张银行卡，可用于付款。${callUs}`,
    also: callUs
  },
  limits_changed: {
    subject: '您的自设限额已更改',
    text: `您的钱包支出限额已重新设置。调低立即生效，调高 24 小时后生效。${callUs}`,
    also: callUs
  },
  debit: (said) => ({
    subject: `已向 ${said.party} 支付 ${said.amount}`,
    text: `您已向 ${said.party} 支付 ${said.amount}。${denial(said)}`,
    also: shortDenial(said)
  }),
  withdrawal_sent: (said) => ({
    subject: `${said.amount} 正转至您的银行账户`,
    text: `${said.amount} 正从您的钱包转至您的银行账户。${denial(said)}`,
    also: shortDenial(said)
  }),
  confirmation_needed: ({ amount, due }) => ({
    subject: `请确认 ${amount}`,
    text: `您的申请已通过审核：请在 ${due} 前用支付密码确认 ${amount}。`,
    also: `截止时间：${due}。`
  }),
  payment_declined: ({ amount, party }) => ({
    subject: `您的 ${amount} 付款未成功`,
    text: `您向 ${party} 支付的 ${amount} 未成功，钱包未因此扣款。原因请见 Coffer。`
  }),
  hold_released: ({ amount, party }) => ({
    subject: `${amount} 已解除预留`,
    text: `${party} 没有收取为其预留的 ${amount}，您可以重新使用这笔钱。`
  }),
  top_up_succeeded: ({ amount }) => ({ subject: `${amount} 已到账`, text: `您充值的 ${amount} 已进入钱包。` }),
  top_up_failed: ({ amount }) => ({
    subject: `${amount} 充值失败`,
    text: `您的 ${amount} 充值未成功，钱包余额不变。原因请见 Coffer。`
  }),
  top_up_returned: ({ amount }) => ({
    subject: `${amount} 充值被退回`,
    text: `您的银行收回了您充值的 ${amount}，这笔钱将从钱包扣除；余额不足的部分为您对我们的欠款。`
  }),
  withdrawal_succeeded: ({ amount }) => ({
    subject: `${amount} 提现完成`,
    text: `您的银行已收到 ${amount}。具体到账时间取决于您的银行。`
  }),
  withdrawal_failed: ({ amount }) => ({
    subject: `${amount} 提现失败`,
    text: `您的 ${amount} 提现未执行，预留的金额已回到钱包。原因请见 Coffer。`
  }),
  withdrawal_returned: ({ amount }) => ({
    subject: `${amount} 提现被退回`,
    text: `您的银行退回了您提现的 ${amount}，这笔钱已回到钱包。`
  }),
  refund_received: ({ amount, party }) => ({ subject: `收到退款 ${amount}`, text: `${party} 已向您退款 ${amount}。` }),
  receivable: ({ amount }) => ({
    subject: `您欠我们 ${amount}`,
    text: `您已花掉的一笔钱被银行收回，您因此欠我们 ${amount}。此后进入钱包的资金将首先用于偿还。`,
    also: '此后进入钱包的资金将首先用于偿还。'
  }),
  receivable_paid: { subject: '您的欠款已还清', text: '因银行收回资金而产生的欠款已还清。' },
  bill_announced: ({ amount }) => ({
    subject: `即将支付 ${amount} 的账单`,
    text: `一张 ${amount} 的账单即将到期，届时将从您的钱包支付。在此之前您可以跳过。`
  }),
  bill_awaiting_approval: ({ amount }) => ({
    subject: `${amount} 的账单等待您批准`,
    text: `一张 ${amount} 的账单超出了您允许自动支付的金额。请打开 Coffer 批准或拒绝。`
  }),
  bill_awaiting_funds: ({ amount }) => ({
    subject: `余额不足以支付 ${amount} 的账单`,
    text: `一张 ${amount} 的账单已到期，但您的钱包余额不足。充值后即会支付。`,
    also: '充值后即会支付。'
  }),
  bill_last_attempt: ({ amount }) => ({
    subject: `明天是支付 ${amount} 账单的最后一次尝试`,
    text: `一张 ${amount} 的账单仍未支付，明天我们将最后一次尝试扣款。请今天充值。`,
    also: '请今天充值。'
  }),
  bill_reversed: ({ amount }) => ({
    subject: `缴费单位退回 ${amount}`,
    text: `缴费单位退回了您支付的账单款项：${amount} 已回到您的钱包。`
  }),
  bill_failed: ({ amount }) => ({
    subject: `${amount} 的账单未支付`,
    text: `一张 ${amount} 的账单未能支付，钱包未因此扣款。原因请见 Coffer。`
  }),
  bill_skipped: ({ amount }) => ({
    subject: `已跳过 ${amount} 的账单`,
    text: `一张 ${amount} 的账单本次被跳过，不会支付。`
  }),
  mandate_paused: {
    subject: '您的定期缴费已暂停',
    text: '在您于 Coffer 中恢复之前，您设定的账单将不会支付。',
    also: '恢复之前不会支付。'
  },
  dispute_opened: {
    subject: '我们已收到您的争议申请',
    text: '您对一笔付款提出了争议。我们已询问商户，有结果会通知您。在截止日期之前，您可以提交证据。'
  },
  dispute_credited: {
    subject: '临时入账',
    text: '在争议处理期间，我们先将争议金额垫付给您。如果裁定商户胜诉，我们会提前 5 个工作日通知您并收回。'
  },
  dispute_for_customer: {
    subject: '争议裁定：您胜诉',
    text: '争议金额归您所有：款项已在您的钱包中，临时入账保留。'
  },
  dispute_for_merchant: {
    subject: '争议裁定：商户胜诉',
    text: '商户提供的证据被认定成立。您可以查看这些证据，并可在 10 天内再次提出争议。'
  },
  dispute_reversal: {
    subject: '您的临时入账将被收回',
    text: '您的争议已结束，5 个工作日后将收回临时入账。在此之前您仍可使用；届时不足的部分为您对我们的欠款。'
  },
  bank_link_failed: {
    subject: '银行账户绑定失败',
    text: '我们无法确认该银行账户属于您，因此未绑定。您可以在 Coffer 中重试。'
  },
  card_link_failed: { subject: '银行卡绑定失败', text: '该银行卡未能绑定。您可以在 Coffer 中重试。' },
  bank_account_suspended: {
    subject: '您的一个银行账户已暂停使用',
    text: '在另行通知之前，我们不会从您的一个已绑定银行账户扣款，也不会向其付款。请在银行账户管理中查看是哪一个以及原因。'
  },
  bank_account_resumed: {
    subject: '您的银行账户已恢复使用',
    text: '您的一个已绑定银行账户已解除暂停，充值和提现恢复正常。'
  },
  application_reminded: {
    subject: '您的申请缺少资料',
    text: '由于仍缺少资料，我们无法继续处理您的申请。请打开 Coffer 查看所需内容和截止时间。'
  },
  application_collecting: {
    subject: '我们需要您补充资料',
    text: '为继续处理您的申请，我们需要更多资料。请打开 Coffer 查看所需内容和截止时间。'
  },
  application_approved: {
    subject: '您的申请已通过',
    text: '欢迎使用 Coffer：您的申请已通过，您的限额已生效。'
  },
  application_rejected: { subject: '您的申请未通过', text: '很抱歉，我们无法接受您的申请。' },
  application_restricted: {
    subject: '您的账户受到限制',
    text: '我们正在进行例行检查。检查结束之前，资金可以转入，但不能转出。'
  },
  application_lifted: {
    subject: '您的账户限制已解除',
    text: '对您账户的例行检查已结束，您可以照常使用。'
  },
  application_expired: {
    subject: '您的申请已过期',
    text: '所缺资料未按时提交，您的申请已过期。您可以随时重新申请。'
  },
  business_approved: { subject: '您的申请已通过', text: '欢迎使用 Coffer：您的申请已通过，您可以收款了。' },
  business_restricted: {
    subject: '您的账户受到限制',
    text: '我们正在进行例行检查。检查结束之前，您无法收款。'
  },
  business_lifted: { subject: '您的账户限制已解除', text: '对您账户的例行检查已结束，您可以照常收款。' },
  dispute_received: ({ amount }) => ({
    subject: `客户对 ${amount} 提出争议`,
    text: `一位客户对支付给您的 ${amount} 提出争议，该款项已被预留。您可以免费退还，或等待：3 天后将进入正式流程。`
  }),
  dispute_evidence_due: ({ amount, due }) => ({
    subject: `请提交关于 ${amount} 的证据`,
    text: `请在 ${due} 前证明客户争议的 ${amount} 应归您所有。如未提交，款项将退还客户。`
  }),
  dispute_won: ({ amount }) => ({
    subject: `${amount} 的争议裁定您胜诉`,
    text: `争议的 ${amount} 重新归您所有，且不收取费用。`
  }),
  dispute_lost: ({ amount }) => ({
    subject: `${amount} 的争议裁定客户胜诉`,
    text: `争议的 ${amount} 将退还客户。裁定依据请见 Coffer。`
  }),
  settlement_paid: ({ amount }) => ({
    subject: `${amount} 已转入您的银行账户`,
    text: `您的 ${amount} 结算款已支付。明细请见 Coffer。`
  }),
  settlement_failed: ({ amount }) => ({
    subject: `${amount} 结算款未到账`,
    text: `您的银行未接收应付给您的 ${amount}。款项仍在我们这里归您所有；请检查您的银行账户是否正确。`
  }),
  request_paid: ({ amount }) => ({
    subject: `您的 ${amount} 收款请求已支付`,
    text: `一位客户已支付您请求的 ${amount}。`
  }),
  request_expired: ({ amount }) => ({
    subject: `您的 ${amount} 收款请求已过期`,
    text: `您请求的 ${amount} 未在期限内支付。`
  })
}
