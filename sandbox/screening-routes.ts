import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Callbacks } from './callbacks.ts'
import { parseBody, SandboxRefusal } from './refusal.ts'
import { useRule } from './rules.ts'
import { ScreeningList, searchList } from './screening-list.ts'
import type { World } from './world.ts'

const Search = z.strictObject({
  reference: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  birth_date: z.iso.date().optional()
})

/** Searches of the list as it stands, and which one that is; whoever mounts them has checked the signature. */
export function screeningRoutes(world: World): Router {
  const search: RequestHandler = async (request, response) => {
    const { reference, name } = parseBody(Search, request.body)
    const rule = useRule(world, { operation: 'screening', reference, name })
    await world.durable()
    const answer = () => void response.json(searchList(world.screeningList, name))
    if (rule === undefined) return answer()
    if (rule.outcome === 'error') throw new SandboxRefusal(500, 'internal', 'the screening list failed')
    if (rule.outcome === 'delay') setTimeout(answer, rule.delay_ms).unref()
    // `timeout`: no answer, until the client gives up.
  }

  return Router()
    .post('/searches', search)
    .get('/list-version', (_request, response) => void response.json({ list_version: world.screeningList.version }))
}

/** `/admin/screening-list`: a new list is announced, so that whoever was screened by the old one can be screened again. */
export function screeningListRoutes(world: World, callbacks: Callbacks): Router {
  const replace: RequestHandler = async (request, response) => {
    const list = parseBody(ScreeningList, request.body)
    world.record({ type: 'screening_list', list })
    void callbacks.tell('screening', list.version)
    await world.durable()
    response.json(list)
  }

  return Router()
    .put('/', replace)
    .get('/', (_request, response) => void response.json(world.screeningList))
}
