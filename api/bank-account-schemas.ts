import { z } from 'zod'
import { suspensionCodes } from '../domain/bank-account.ts'
import { linkMethods } from '../domain/bank-link.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, text } from './schemas.ts'

export const BankAccountRequest = z
  .strictObject({
    customer_id: id('cus').optional().meta({ description: 'Whose; a customer need not say it, everyone else has to' }),
    iban: text(64).meta({ description: 'Spaces and small letters are fine' }),
    method: z.enum(linkMethods).meta({
      description: '`instant`: the bank says whose it is. `micro_deposits`: the customer reads two small amounts there'
    })
  })
  .meta({ id: 'BankAccountRequest' })

/** Minor units of US dollars, as the customer reads them at the bank. */
export const VerifyRequest = z
  .strictObject({
    amounts: z
      .array(z.string().regex(/^[1-9][0-9]?$/, 'must be 1 to 99 minor units'))
      .length(2)
      .meta({ description: 'Both, in any order', example: ['12', '34'] })
  })
  .meta({ id: 'VerifyAmountsRequest' })

const Reason = text(500).meta({ description: 'Stays in the audit log; the customer does not read it' })

export const SuspendAccountRequest = z
  .strictObject({
    code: z.enum(suspensionCodes).default('under_review').meta({ description: 'What the customer reads' }),
    reason: Reason
  })
  .meta({ id: 'SuspendBankAccountRequest' })

export const ResumeAccountRequest = z
  .strictObject({
    reason: Reason,
    proof: text(500).optional().meta({
      description: 'Needed where a bank has suspended it: a letter, a mandate, a ticket'
    })
  })
  .meta({ id: 'ResumeBankAccountRequest' })

const Requirement = z.enum(['confirm_holder', 'verify_amounts'])

export const BankAccountReply = z
  .strictObject({
    id: id('ban'),
    object: z.literal('bank_account'),
    customer_id: id('cus'),
    bank: z.enum(['a', 'b']),
    state: z.enum(['verifying', 'linked', 'suspended', 'unlinked', 'failed', 'expired', 'canceled']),
    decline_code: z.string().optional().meta({ description: 'Why the link has failed' }),
    iban: z
      .string()
      .nullable()
      .meta({ description: 'Its last four characters; null once it was erased', example: '***3000' }),
    linked_at: Instant.nullable().meta({ description: 'null while, and if, it is not linked' }),
    suspension: z
      .strictObject({
        by: z.enum(['bank', 'operator']).meta({ description: '`bank`: it has taken back what came from it' }),
        code: z.enum(suspensionCodes),
        since: Instant
      })
      .optional()
      .meta({ description: 'Why nothing is taken from it or paid to it; once unlinked, why it is not linked anew' }),
    method: z.enum(linkMethods).optional(),
    requirements: z
      .strictObject({
        currently_due: z.array(Requirement),
        past_due: z.array(Requirement),
        deadline: Instant.nullable()
      })
      .optional()
      .meta({ description: 'What only the customer can do, and until when' }),
    attempts_left: z.int().min(0).optional().meta({ description: 'How often the two amounts may still be said' }),
    created_at: Instant.optional(),
    updated_at: Instant.optional(),
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'BankAccount' })
