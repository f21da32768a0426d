import type { AccessTables } from './schema/access.ts'
import type { BillTables } from './schema/bills.ts'
import type { MandateTables } from './schema/mandates.ts'
import type { DisputeTables } from './schema/disputes.ts'
import type { LedgerTables } from './schema/ledger.ts'
import type { OperatorTables } from './schema/operators.ts'
import type { PartyTables } from './schema/parties.ts'
import type { ProcessTables } from './schema/processes.ts'
import type { ReconciliationTables } from './schema/reconciliation.ts'
import type { RegistrationTables } from './schema/registration.ts'
import type { ServiceTables } from './schema/service.ts'
import type { WebhookTables } from './schema/webhooks.ts'

/** Every table, for kysely. Rows never leave `store/` and `ledger/`; domain types do. */
export interface Database
  extends
    LedgerTables,
    ProcessTables,
    PartyTables,
    AccessTables,
    RegistrationTables,
    OperatorTables,
    ServiceTables,
    DisputeTables,
    ReconciliationTables,
    WebhookTables,
    BillTables,
    MandateTables {}
