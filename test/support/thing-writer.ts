/** For processes of kind `thing`: their own row is their process row, so the statement of their kind writes nothing more. */
export const thingWriter = { kind: 'thing', sql: 'select $1::jsonb' }
