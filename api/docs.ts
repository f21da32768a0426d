import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { Router, type RequestHandler } from 'express'
import helmet from 'helmet'
import { Refusal, problems } from '../domain/errors.ts'

const swaggerUi = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
const problemPages = new URL('../docs/problems/', import.meta.url)

/** Swagger UI at `/docs/` from our own disk, and a page for each problem code at `/docs/problems/<code>`. */
export function docsRouter(openApi: object): Router {
  const router = Router({ strict: true })
  router.get('/openapi.json', (_request, response) => void response.json(openApi))
  router.get('/docs', (_request, response) => response.redirect(301, '/docs/'))
  router.get('/docs/problems/:code', problemPage)
  router.get(
    '/docs/swagger-initializer.js',
    (_request, response) => void response.type('text/javascript').send(INITIALIZER)
  )
  router.use('/docs/', swaggerPolicy, express.static(swaggerUi, { index: 'index.html', maxAge: '1h' }))
  return router
}

/** In place of the one that comes with it, which would show an example from elsewhere. */
const INITIALIZER = `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout'
  })
}
`

/** Swagger UI sets styles from its script and draws its icons as data; nothing comes from another host. */
const swaggerPolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"]
  }
})

const problemPage: RequestHandler = async (request, response) => {
  const code = String(request.params.code)
  if (!Object.hasOwn(problems, code)) throw new Refusal('not_found')
  const markdown = await readFile(new URL(`${code}.md`, problemPages), 'utf8')
  response.type('html')
    .send(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${code}</title></head><body><main>
${toHtml(markdown)}
</main></body></html>
`)
}

/** Headings and paragraphs are all that these pages use. */
function toHtml(markdown: string): string {
  const escaped = markdown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
  const blocks = escaped.trim().split(/\n{2,}/)
  return blocks
    .map((block) =>
      block.replace(/^(#+) (.*)$|^([^#].*)$/s, (_, marks?: string, title?: string, paragraph?: string) =>
        marks ? `<h${marks.length}>${title}</h${marks.length}>` : `<p>${paragraph}</p>`
      )
    )
    .join('\n')
}
