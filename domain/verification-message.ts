import type { Language } from './notice-kinds.ts'
import type { MessageText } from './notice-text.ts'

interface CodeWords {
  /** What somebody reads who registers with an address that nobody has proved yet. */
  readonly registration: (code: string, minutes: number) => MessageText
  /** What somebody reads whose password was entered on a device that we do not know. */
  readonly logIn: (code: string, minutes: number) => MessageText
  /** What the owner of a log-in reads who has forgotten the password. */
  readonly reset: (code: string, minutes: number) => MessageText
  /** What the owner of an address reads when it is registered again: no code, and nothing that the other one could use. */
  readonly taken: MessageText
}

/** Messages with codes, and the one in place of a code; `minutes` is how long the code works. */
export const codeMessages = {
  en: {
    registration: (code, minutes) => ({
      subject: 'Your Coffer code',
      text: `${code} is your Coffer code. It works once, for ${minutes} minutes. Nobody from Coffer will ever ask you for it.`
    }),
    logIn: (code, minutes) => ({
      subject: 'Your Coffer log-in code',
      text: `${code} lets a new device into your account, once, within ${minutes} minutes. If you are not logging in, somebody knows your password: change it.`
    }),
    reset: (code, minutes) => ({
      subject: 'Your new Coffer password',
      text: `${code} lets you set a new password, once, within ${minutes} minutes. Not you? There is nothing you have to do. Nobody from Coffer asks you for it.`
    }),
    taken: {
      subject: 'You have a Coffer account already',
      text: 'Somebody, probably you, tried to register with this address. You have an account already: log in with it. If not you, there is nothing to do.'
    }
  },
  zh: {
    registration: (code, minutes) => ({
      subject: '您的 Coffer 验证码',
      text: `${code} 是您的 Coffer 验证码，仅可使用一次，${minutes} 分钟内有效。Coffer 绝不会向您索要验证码。`
    }),
    logIn: (code, minutes) => ({
      subject: '您的 Coffer 登录验证码',
      text: `${code} 用于在新设备上登录，仅一次，${minutes} 分钟内有效。若非本人登录，您的密码已泄露，请更改密码。`
    }),
    reset: (code, minutes) => ({
      subject: '重设您的 Coffer 密码',
      text: `${code} 用于设置新密码，仅一次，${minutes} 分钟内有效。若非本人操作，请忽略。Coffer 绝不会向您索要验证码。`
    }),
    taken: {
      subject: '您已有 Coffer 账户',
      text: '有人（很可能是您本人）尝试用此地址注册。您已有账户，请直接登录。若非本人操作，无需处理。'
    }
  }
} as const satisfies Readonly<Record<Language, CodeWords>>
