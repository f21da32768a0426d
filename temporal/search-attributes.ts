import type { Connection } from '@temporalio/client'
import proto from '@temporalio/proto'
import { searchAttributes } from './search-attribute-keys.ts'

const { IndexedValueType } = proto.temporal.api.enums.v1
const typeByName = {
  KEYWORD: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  DATETIME: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME
}

/**
 * Registers our search attributes where they are missing; two processes may do it at once. Looking comes first, because
 * on Temporal Cloud they are made beforehand and adding them is not allowed.
 * @throws {Error} when one exists under another type, or adding is refused.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const missing = Object.values(searchAttributes).filter(({ name }) => customAttributes[name] === undefined)
  for (const { name, type } of Object.values(searchAttributes)) {
    const found = customAttributes[name]
    if (found !== undefined && found !== typeByName[type]) throw new Error(`search attribute ${name} is not a ${type}`)
  }
  if (missing.length === 0) return
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, typeByName[type]]))
  })
}
