/** Puts what the docs page takes from swagger-ui-dist beside it, so that the Worker serves it all itself. */
import { copyFileSync } from 'node:fs'

for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
  copyFileSync(`node_modules/swagger-ui-dist/${file}`, `public/${file}`)
}
