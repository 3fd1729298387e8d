// What the seeded world is told in. No logic lives here but the cutting of texts into lists.

const words = (list: string) => list.trim().split(/\s+/)
const commas = (list: string) => list.split(', ')
const lines = (list: string) =>
  list
    .trim()
    .split('\n')
    .map((line) => line.trim())

/** A field of work: what is made in it, for whom, with what and by whom. */
export interface Field {
  /** `what it is | what it does`. */
  ideas: readonly string[]
  audiences: readonly string[]
  /** Comma-separated technologies that go together, the central ones first. */
  stacks: readonly string[]
  roles: readonly string[]
}

export const FIRST_NAMES = words(`
  Amara Mateo Ingrid Kenji Zoé Tariq Priya Lukas Nadia Owen Yuki Fatima Rafael Elif Bram Chiara Dmitri Hana Idris
  Jonas Katya Leila Marek Noor Olga Pablo Quinn Rosa Sanjay Thandi Ulrike Victor Wanjiru Ximena Yusuf Zainab André
  Beatriz Cormac Delphine Emeka Freya Gustavo Helga Ivana Jamal Keiko Linnea`)

export const LAST_NAMES = words(`
  Okafor Silva Larsen Tanaka Dubois Rahman Sharma Novak Haddad Murphy Sato Mahmoud Costa Demir Jansen Ricci Petrov Kim
  Bello Weber Ivanova Farouk Kowalski Aziz Lindqvist Moreno Fraser Jimenez Mehta Dlamini Vogel Castillo Kamau Navarro
  Osman Diallo Laurent Almeida Byrne Moreau Eze Nilsen Ramos Brandt Horvat Carter Mori Berg Nguyen Walsh`)

export const CODENAMES = words(`
  Lantern Harbor Quill Fathom Juniper Ember Tidepool Kestrel Marrow Papyrus Switchback Ledger Thistle Beacon Cobalt
  Driftwood Foxglove Gantry Hazel Inkwell Jetty Keystone Lodestar Meridian Nettle Orchard Pinecone Quarry Rookery
  Saltbox Trellis Umbra Vellum Wayfarer Yarrow Zephyr Almanac Bramble Clover Dovetail Eddy Ferry Groundswell Hearth
  Ivory Lattice Mosaic Nomad Outpost Plover Ripple Sextant Tern Verge Willow Anchor Basalt Cairn Dynamo Estuary`)

/** What tells two projects of one codename apart. */
export const SHADES = words('Blue Quiet Little Open Second North Paper Silver Slow Common Amber Wild')

export const CITIES = words(
  'Lagos Lisbon Oslo Osaka Nairobi Kraków Toronto Lyon Pune Bogotá İzmir Ghent Belfast Recife',
)

export const FIELDS: readonly Field[] = [
  {
    ideas: lines(`
      a shared calendar | Everybody sees who is free, and one link settles the date. It speaks iCal both ways.
      a lending shelf | Things that stand unused find somebody who needs them this weekend, and come back in time.
      a meal planner | It knows what is in the pantry, plans the week around it and writes the shopping list.
      a carpool board | Offers and wishes for the same road meet, and the costs are split without a spreadsheet.
      a newsletter desk | Several people write one letter, see each other's changes and send it with one click.
      a ticket counter | Sells a hundred seats without fees and checks them at the door when the network is down.`),
    audiences: commas(
      'choirs, small schools, allotment clubs, sports clubs, co-housing groups, amateur theatres',
    ),
    stacks: lines(`
      TypeScript, Hono, Cloudflare Workers, D1, React
      TypeScript, Next.js, PostgreSQL, Tailwind CSS
      Python, Django, PostgreSQL, htmx
      Elixir, Phoenix, PostgreSQL
      Ruby, Rails, SQLite, Hotwire
      C#, .NET, Blazor, SQL Server`),
    roles: commas('Frontend developer, Backend developer, UX designer, Translator, Tester'),
  },
  {
    ideas: lines(`
      a field notebook | Photos, places and notes are kept offline and find their way home when there is signal.
      a quiet habit tracker | No streaks, no badges: a week at a glance and a gentle nudge in the evening.
      a pocket phrasebook | Short recordings by native speakers, sorted by the situation one is in right now.
      a route diary | Records the way, marks what was worth stopping for, and shares it without an account.`),
    audiences: commas(
      'birdwatchers, night-shift nurses, long-distance hikers, new parents, exchange students',
    ),
    stacks: lines(`
      Kotlin, Jetpack Compose, SQLite
      Swift, SwiftUI, CloudKit
      Dart, Flutter, Firebase
      TypeScript, React Native, Expo`),
    roles: commas('Mobile developer, UX designer, Backend developer, Illustrator, Tester'),
  },
  {
    ideas: lines(`
      a changelog writer | Reads the commits since the last tag and drafts notes that a person would want to read.
      a dependency gardener | Opens one tidy pull request a week, grouped by risk, with the upstream notes quoted.
      a log explorer | Loads a gigabyte of structured logs in a terminal and answers questions in milliseconds.
      a schema linter | Finds the migration that will lock a table before it meets production.
      a snapshot server | Gives every branch a database of its own within a second, by copy on write.`),
    audiences: commas(
      'large monorepos, two-person teams, legacy code, on-call engineers, open-source maintainers',
    ),
    stacks: lines(`
      Rust, Tokio, SQLite
      Go, PostgreSQL, Docker
      TypeScript, Node.js, GitHub Actions
      C++, CMake, SQLite
      Zig, WebAssembly`),
    roles: commas('Systems programmer, Backend developer, Technical writer, DevOps engineer, Tester'),
  },
  {
    ideas: lines(`
      an air-quality atlas | Cheap sensors, honest error bars, and an archive that anybody may download.
      a transcript search | Finds who said what in years of public meetings, down to the second of the recording.
      a budget explorer | Turns a thousand pages of figures into questions that one can click through.
      a reading companion | Explains a hard page in plain words and shows the sentence that each claim comes from.`),
    audiences: commas('local journalists, city councils, public libraries, science teachers, citizen groups'),
    stacks: lines(`
      Python, PyTorch, FastAPI, PostgreSQL
      Python, DuckDB, dbt, Streamlit
      Julia, SQLite
      R, Shiny, PostgreSQL
      TypeScript, Cloudflare Workers, Vectorize`),
    roles: commas('Data scientist, Machine-learning engineer, Data engineer, Frontend developer, Translator'),
  },
  {
    ideas: lines(`
      a cooperative puzzle | Two players see half of the room each and have to describe it to one another.
      a town-building toy | No score and no end: streets, weather and people who go about their day.
      a music adventure | Every door opens to a rhythm, and by the last level one can read a score.`),
    audiences: commas('rainy afternoons, classrooms, grandparents and grandchildren, long train rides'),
    stacks: lines(`
      GDScript, Godot, Blender
      C#, Unity, Blender
      Rust, Bevy, WebAssembly
      TypeScript, Three.js, WebGPU`),
    roles: commas('Game designer, Graphics programmer, 3D artist, Sound designer, Tester'),
  },
  {
    ideas: lines(`
      a plant-bed controller | Waters and shades by itself, and goes on doing so when the router is down.
      a weather station | Every part can be printed or bought in any town, and the data stays yours.
      a solar meter | Shows what the roof gives and what the house takes, without anybody's cloud.`),
    audiences: commas('balconies, school gardens, makerspaces, mountain huts'),
    stacks: lines(`
      C, ESP32, MQTT, KiCad
      Rust, Embassy, MQTT
      C++, Arduino, Home Assistant
      Python, Raspberry Pi, InfluxDB, Grafana`),
    roles: commas('Embedded developer, Electronics engineer, Backend developer, Technical writer'),
  },
]

/** What a project of any field may use besides, the most popular first. */
export const TOOLS = commas(
  [
    'Git, Figma, Redis, Kubernetes, Terraform, Nginx, RabbitMQ, Kafka, Elasticsearch, Prometheus, OpenTelemetry',
    'GraphQL, gRPC, Protobuf, WebRTC, Storybook, Playwright, Vite, Bun, Deno, Svelte, SolidJS, Astro, Lit, Ember',
    'Clojure, Haskell, OCaml, Scala, F#, Erlang, Gleam, Elm, PureScript, ReasonML, Nim, Crystal, Odin, Mojo, Roc',
    'Perl, Raku, Tcl, Lua, Racket, Common Lisp, Scheme, Smalltalk, Prolog, Forth, Factor, APL, J, K, Ada, SPARK',
    'Fortran, Pascal, Modula-2, Oberon, Eiffel, Simula, BCPL, PL/I, RPG, MUMPS, REXX, Hypertalk, Logo, Scratch',
    'Idris, Agda, Lean, Coq, Isabelle, TLA+, Alloy, Z3, Dafny, F*, Verilog, VHDL, Chisel, Clash, SystemC, P4',
    'CouchDB, Cassandra, ScyllaDB, RethinkDB, Neo4j, Dgraph, FoundationDB, TigerBeetle, LMDB, RocksDB, LevelDB',
    'NATS, ZeroMQ, Zenoh, CoAP, LoRaWAN, Matter, Zigbee, Modbus, OPC UA, CAN bus, DMX512, Csound, SuperCollider',
  ].join(', '),
)

/** What a project has yet to talk over, the most common first. */
export const TOPICS = commas(
  [
    'accessibility, licences, privacy, hosting, translations, funding, onboarding, backups, governance, testing',
    'documentation, moderation, notifications, offline use, importers, exporters, plug-ins, keyboard shortcuts',
    'dark mode, printing, right-to-left scripts, screen readers, time zones, currencies, units, fonts, icons, maps',
    'barcodes, signatures, receipts, invoices, calendars, reminders, rosters, waiting lists, polls, badges, quizzes',
    'captions, subtitles, transcripts, thumbnails, panoramas, soundscapes, metronomes, tuners, chords, tablature',
    'dialects, palindromes, anagrams, crosswords, sudoku, chess openings, dice, dominoes, mazes, tessellations',
    'orreries, sundials, tides, eclipses, meteors, auroras, isobars, anemometers, barometers, seismographs, sonar',
    'beehives, mushrooms, lichens, orchids, compost, irrigation, greenhouses, terrariums, aquariums, hydroponics',
    'bicycles, tandems, kayaks, sailboats, zeppelins, funiculars, trams, velodromes, turntables, typewriters, looms',
    'spindles, embroidery, origami, bookbinding, marquetry, pottery, glazes, kilns, enamel, filigree, calligraphy',
    'heraldry, genealogy, cartography, numismatics, philately, campanology, falconry, dendrochronology, vexillology',
  ].join(', '),
)

/** How far it has come, by status. */
export const STANDING = {
  planning: lines(`
    So far there are sketches, a list of open questions and a lot of goodwill.
    Nothing is built yet; the first evening goes into deciding what to leave out.`),
  in_progress: lines(`
    A first version runs and a handful of people use it every week.
    The core works, the edges are rough, and the issue list is honest about it.`),
  completed: lines(`
    It is done, in use, and needs little more than an update now and then.
    Version 1.0 is out and has been quiet ever since, which we take as praise.`),
}

export const PACES = lines(`
  We meet once a week online and write everything down for those who cannot come.
  Expect two or three evenings a month; nobody here is in a hurry.
  We review each other's changes within a day and like small ones best.
  There is no deadline, but there is a plan, and we keep to it.`)

export const BIOS = lines(`
  Builds small things that last.
  Came for the compilers, stayed for the people.
  Writes the documentation first and the code afterwards.
  Teaches evening classes and learns more than the pupils.
  Happiest with a profiler open and rain on the window.
  Believes that the best feature is the one left out.
  Looking for people who finish what they start.`)

export const MESSAGES = lines(`
  I have been looking for something like this for a long time. I can give it two evenings a week.
  I built something similar at work and made every mistake there is. Happy to spare you a few.
  I would like to learn from people who know more than I do, and I am good at tidying up.
  My aunt would use this every day, so I have a tester at home. Count me in?
  I read through your plan and have some thoughts about the second part. Shall we talk?
  I can start with the open issues that nobody likes.`)
