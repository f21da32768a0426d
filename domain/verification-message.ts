export interface MessageText {
  readonly subject: string
  readonly text: string
}

/** What somebody reads who registers with an address that nobody has proved yet. @param minutes how long the code works. */
export const codeMessage = (code: string, minutes: number): MessageText => ({
  subject: 'Your Coffer code',
  text: `${code} is your Coffer code. It works once, for ${minutes} minutes. Nobody from Coffer will ever ask you for it.`
})

/** What the owner of an address reads when it is registered again: no code, and nothing that the other one could use. */
export const takenMessage: MessageText = {
  subject: 'You have a Coffer account already',
  text: 'Somebody, probably you, tried to register with this address. You have an account already: log in with it. If it was not you, there is nothing you have to do.'
}

/** What somebody reads whose password was entered on a device that we do not know. @param minutes how long the code works. */
export const logInMessage = (code: string, minutes: number): MessageText => ({
  subject: 'Your Coffer log-in code',
  text: `${code} lets a new device into your account, once, within ${minutes} minutes. If you are not logging in, somebody knows your password: change it.`
})

/** What the owner of a log-in reads who has forgotten the password. @param minutes how long the code works. */
export const resetMessage = (code: string, minutes: number): MessageText => ({
  subject: 'Your new Coffer password',
  text: `${code} lets you set a new password, once, within ${minutes} minutes. If you did not ask for it, there is nothing you have to do. Nobody from Coffer will ever ask you for it.`
})
