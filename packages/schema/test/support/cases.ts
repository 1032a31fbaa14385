/** A small IOC of our own that shows one feature or quirk. Real ibek answers the same cases in the peer test. */
export interface FeatureCase {
  readonly name: string;
  /** Text of each support file, in order. */
  readonly support: readonly string[];
  /** Text of each instance file: ioc.yaml, runtime.yaml. */
  readonly instances: readonly string[];
  readonly pvi?: boolean;
  /** Both refuse it. */
  readonly refused?: true;
}

const indent = (text: string, by: number) =>
  text
    .trim()
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(by) + line))
    .join("\n");

/** A support file with one module `m` of these models. */
export const module = (models: string, name = "m") => `module: ${name}\nentity_models:\n${indent(models, 2)}\n`;
/** An instance file with these entities. */
export const ioc = (entities: string, name = "test-ioc") => `ioc_name: ${name}\ndescription: a test\nentities:\n${indent(entities, 2)}\n`;

const named = (name: string, rest: string) => `- name: ${name}\n  description: ${name}\n${indent(rest, 2)}`;
const LINE = named("Line", "parameters: {text: {type: str, description: d}}\npre_init: [{value: '{{ text }}'}]");
const PORT = named(
  "Port",
  `parameters:
  name: {type: id, description: d}
  P: {type: str, description: d, default: BL}
  speed: {type: enum, description: d, values: {slow: 1, fast: 2, off: null}, default: slow}
pre_init:
  - value: port {{ name }} {{ P }} {{ speed }}`,
);

const one = (name: string, models: string, entities: string, more: Partial<FeatureCase> = {}): FeatureCase => ({
  name,
  support: [module(models)],
  instances: [ioc(entities)],
  ...more,
});

/** The printed value of one parameter of a type, given as YAML. */
export const parameterCase = (type: string, yaml: string): FeatureCase =>
  one(
    `${type} given ${yaml}`,
    named("V", `parameters: {v: {type: ${type}, description: d}}\npre_init: [{value: 'v={{ v }} {{ v is string }}'}]`),
    `- {type: m.V, v: ${yaml}}`,
  );

/** The printed value of one default of a type, given as YAML. */
export const defaultCase = (type: string, yaml: string): FeatureCase =>
  one(
    `${type} default ${yaml}`,
    named("V", `parameters: {v: {type: ${type}, description: d, default: ${yaml}}}\npre_init: [{value: 'v={{ v }}'}]`),
    "- {type: m.V}",
  );

/** The printed value of a define of a type. */
export const defineCase = (type: string, yaml: string): FeatureCase =>
  one(
    `define ${type} ${yaml}`,
    named(
      "V",
      `parameters: {a: {type: int, description: d, default: 5}}\npost_defines: {v: {description: d, type: ${type}, value: ${yaml}}}\npre_init: [{value: 'v={{ v }} {{ v is string }}'}]`,
    ),
    "- {type: m.V}",
  );

const db = (args: string, more = "") =>
  named(
    "D",
    `parameters:\n  P: {type: str, description: d, default: 'BL:'}\n  N: {type: int, description: d, default: 3}\n${more}\ndatabases:\n  - file: t.template\n    args: ${args}`,
  );

export const FEATURES: readonly FeatureCase[] = [
  one("a line of st.cmd", LINE, "- {type: m.Line, text: hello}"),
  one("no entities", LINE, "[]"),
  one(
    "order of fields: defines before and after",
    named(
      "F",
      "pre_defines: {a: {description: d, value: 'pre'}}\nparameters: {b: {type: str, description: d}}\npost_defines: {c: {description: d, value: '{{ a }}{{ b }}'}}\ndatabases: [{file: f.db, args: {.*: null}}]",
    ),
    "- {type: m.F, b: x}",
  ),
  one(
    "later parameters are seen raw by earlier ones",
    named("F", "parameters:\n  a: {type: str, description: d}\n  b: {type: str, description: d}\npre_init: [{value: '{{ a }}|{{ b }}'}]"),
    "- {type: m.F, a: '<{{ b }}>', b: '{{ 1 + 1 }}'}",
  ),
  one(
    "values that are no text are not rendered inside",
    named("F", "parameters: {a: {type: list, description: d}}\npre_init: [{value: '{{ a }}'}]"),
    "- {type: m.F, a: [1, '{{ 2 }}', 2.0, null, true, {x: y}]}",
  ),
  one(
    "objects: id, attributes, printed by id",
    `${PORT}\n${named("Axis", "parameters: {port: {type: object, description: d}}\npre_init: [{value: 'axis {{ port }} {{ port.P }} {{ port.speed }} {{ port[\"P\"] }}'}]")}`,
    "- {type: m.Port, name: P1, P: 'X{{ 1 }}', speed: fast}\n- {type: m.Axis, port: P1}",
  ),
  one(
    "an object that is not there",
    `${PORT}\n${named("Axis", "parameters: {port: {type: object, description: d}}")}`,
    "- {type: m.Axis, port: P1}",
    { refused: true },
  ),
  one(
    "an object that is defined later",
    `${PORT}\n${named("Axis", "parameters: {port: {type: object, description: d}}")}`,
    "- {type: m.Axis, port: P1}\n- {type: m.Port, name: P1}",
    { refused: true },
  ),
  one("an id twice", PORT, "- {type: m.Port, name: P1}\n- {type: m.Port, name: P1}", { refused: true }),
  one(
    "an object given as null or as a map",
    named("Axis", "parameters: {port: {type: object, description: d}}\npre_init: [{value: '{{ port }}'}]"),
    "- {type: m.Axis, port: null}\n- {type: m.Axis, port: {a: 1}}",
  ),
  one(
    "an object default that is a template",
    `${PORT}\n${named("Axis", "parameters:\n  n: {type: int, description: d}\n  port: {type: object, description: d, default: 'P{{ n }}'}\npre_init: [{value: '{{ port }}'}]")}`,
    "- {type: m.Port, name: P7}\n- {type: m.Axis, n: 7}",
  ),
  one(
    "an object without id cannot be printed",
    `${LINE}\n${named("X", "parameters: {name: {type: id, description: d}}")}\n${named("Y", "parameters: {o: {type: object, description: d}}\npre_init: [{value: '{{ o.name }}'}]")}`,
    "- {type: m.X, name: x}\n- {type: m.Y, o: x}",
  ),
  one(
    "enum: label, default, null value",
    PORT,
    "- {type: m.Port, name: A}\n- {type: m.Port, name: B, speed: fast}\n- {type: m.Port, name: C, speed: off}",
  ),
  one("enum: not a label", PORT, "- {type: m.Port, name: A, speed: faster}", { refused: true }),
  one("enum: a value is no label", PORT, "- {type: m.Port, name: A, speed: 2}", { refused: true }),
  one(
    "enum: labels that are numbers",
    named(
      "E",
      "parameters: {e: {type: enum, description: d, values: {1: one, 2.5: two, yes: three, false: four}, default: 1}}\npre_init: [{value: '{{ e }}'}]",
    ),
    "- {type: m.E}\n- {type: m.E, e: 1}\n- {type: m.E, e: 2.5}\n- {type: m.E, e: yes}",
  ),
  one(
    "enum: labels that Python takes for one",
    named("E", "parameters: {e: {type: enum, description: d, values: {1: one, true: four}}}"),
    "[]",
    { refused: true },
  ),
  one(
    "enum: a number is not the text of it",
    named("E", "parameters: {e: {type: enum, description: d, values: {'1': one}}}\npre_init: [{value: '{{ e }}'}]"),
    "- {type: m.E, e: 1}",
    { refused: true },
  ),
  one(
    "enum: seen as label by defines",
    named(
      "E",
      "parameters: {e: {type: enum, description: d, values: {a: 1, b: 2}}}\npost_defines: {f: {description: d, value: '{{ e }}!'}}\npre_init: [{value: '{{ e }} {{ f }}'}]",
    ),
    "- {type: m.E, e: b}",
  ),
  one(
    "enum: default that is a value, or a template",
    named(
      "E",
      "parameters:\n  e: {type: enum, description: d, values: {a: 1, b: 2}, default: 2}\n  f: {type: enum, description: d, values: {a: 1, b: 2}, default: '{{ \"b\" }}'}\npre_init: [{value: '{{ e }} {{ f }}'}]",
    ),
    "- {type: m.E}",
  ),
  one("a missing parameter", LINE, "- {type: m.Line}", { refused: true }),
  one("an unknown parameter", LINE, "- {type: m.Line, text: a, txt: b}", { refused: true }),
  one("an unknown type", LINE, "- {type: m.Lnie, text: a}", { refused: true }),
  one("no type", LINE, "- {text: a}", { refused: true }),
  one(
    "entity_enabled: false prints nothing, but renders",
    named(
      "C",
      "parameters: {n: {type: int, description: d, default: \"{{ _global.incrementor('n') }}\"}}\npre_init: [{value: 'n {{ n }}'}]\ndatabases: [{file: c.db, args: {N: '{{ n }}'}}]\nenv_vars: [{name: A, value: '{{ n }}'}]",
    ),
    "- {type: m.C}\n- {type: m.C, entity_enabled: false}\n- {type: m.C, entity_enabled: 'yes'}\n- {type: m.C, entity_enabled: 0}",
  ),
  one("entity_enabled takes no template", LINE, "- {type: m.Line, text: a, entity_enabled: '{{ true }}'}", { refused: true }),
  one(
    "sub-entities of a disabled entity are emitted",
    `${LINE}\n${named("S", "parameters: {a: {type: str, description: d}}\npre_init: [{value: 'self {{ a }}'}]\nsub_entities: [{type: m.Line, text: 'sub {{ a }}'}]")}`,
    "- {type: m.S, a: x, entity_enabled: false}",
  ),
  one(
    "sub-entities see parameters, not defines",
    `${LINE}\n${named("S", "parameters: {a: {type: str, description: d}}\npost_defines: {b: {description: d, value: x}}\nsub_entities: [{type: m.Line, text: '{{ b }}'}]")}`,
    "- {type: m.S, a: x}",
    { refused: true },
  ),
  one(
    "sub-entities: enum labels stay labels",
    `${PORT}\n${named("S", "parameters: {n: {type: str, description: d}}\nsub_entities: [{type: m.Port, name: '{{ n }}', speed: fast}]")}`,
    "- {type: m.S, n: x}",
  ),
  one(
    "sub-entities: an object is a dict there",
    `${PORT}\n${LINE}\n${named("S", "parameters: {o: {type: object, description: d}}\nsub_entities: [{type: m.Line, text: '{{ o.P }} {{ o }}'}]")}`,
    "- {type: m.Port, name: p}\n- {type: m.S, o: p}",
  ),
  one(
    "sub-entities: values are coerced by their last filter",
    named(
      "N",
      "parameters: {n: {type: int, description: d}, f: {type: float, description: d}, b: {type: bool, description: d}, l: {type: list, description: d}}\npre_init: [{value: '{{ n }} {{ f }} {{ b }} {{ l }}'}]",
    ) +
      "\n" +
      named(
        "S",
        "parameters: {a: {type: int, description: d}}\nsub_entities: [{type: m.N, n: '{{ a + 1 | int }}', f: '{{ a | float }}', b: '{{ a == 5 }}', l: ['{{ a }}', '{{ a | int }}', 3]}]",
      ),
    "- {type: m.S, a: 5}",
  ),
  one(
    "sub-entities nested, disabled by the model",
    `${LINE}\n${named("A", "parameters: {x: {type: str, description: d}}\nsub_entities: [{type: m.Line, text: 'in a {{ x }}', entity_enabled: false}, {type: m.Line, text: 'two {{ x }}'}]")}\n${named("B", "parameters: {y: {type: str, description: d}}\nsub_entities: [{type: m.A, x: '{{ y }}{{ y }}'}, {type: m.Line, text: '{{ y }} {{ type }}'}]")}`,
    "- {type: m.B, y: q}",
  ),
  one("sub-entities: unknown type", named("S", "sub_entities: [{type: m.Nope, text: x}]"), "- {type: m.S}", { refused: true }),
  one(
    "repeat: over a list, default variable",
    LINE,
    "- type: ibek.repeat\n  values: [a, 2, 3.0]\n  entity: {type: m.Line, text: '{{ index }} {{ index_num }}'}",
  ),
  one(
    "repeat: values from a template, own variable, nested",
    LINE,
    "- type: ibek.repeat\n  values: '{{ range(1, 3) | list }}'\n  variable: i\n  entity:\n    type: ibek.repeat\n    values: [x, y]\n    variable: j\n    entity: {type: m.Line, text: '{{ i }}{{ j }}{{ i_num }}{{ j_num }}'}",
  ),
  one(
    "repeat: values that stay text are characters",
    LINE,
    "- type: ibek.repeat\n  values: abc\n  entity: {type: m.Line, text: '{{ index }}'}",
  ),
  one(
    "repeat: disabled ones still expand",
    LINE,
    "- type: ibek.repeat\n  entity_enabled: false\n  values: [1]\n  entity: {type: m.Line, text: '{{ index }}'}",
  ),
  one(
    "repeat: sees what siblings before declared",
    `${LINE}\n${PORT}`,
    "- {type: m.Port, name: p, P: first}\n- {type: m.Port, name: q, P: second}\n- type: ibek.repeat\n  values: [1]\n  entity: {type: m.Line, text: '{{ P }} {{ name }} {{ type }}'}\n- type: ibek.repeat\n  values: [7]\n  entity: {type: m.Line, text: '{{ index }}'}",
  ),
  one(
    "repeat: enabled by a template",
    LINE,
    "- type: ibek.repeat\n  values: [0, 1]\n  entity: {type: m.Line, text: '{{ index }}', entity_enabled: '{{ index == 1 }}'}",
  ),
  one(
    "repeat: the type is a template",
    `${LINE}\n${PORT}`,
    "- type: ibek.repeat\n  values: [Line]\n  entity: {type: 'm.{{ index }}', text: x}",
  ),
  one("repeat: an undefined name", LINE, "- type: ibek.repeat\n  values: [1]\n  entity: {type: m.Line, text: '{{ idx }}'}", {
    refused: true,
  }),
  one(
    "env_vars: one an entity",
    named("V", "parameters: {n: {type: str, description: d}}\nenv_vars: [{name: 'A_{{ n }}', value: '{{ n }}'}]"),
    "- {type: m.V, n: a}\n- {type: m.V, n: b}",
  ),
  one(
    "env_vars: two are joined without newline",
    named("V", "env_vars: [{name: A, value: PP}, {name: B, value: 5.0}]".replace("5.0", "'5.0'")),
    "- {type: m.V}",
  ),
  one(
    "scripts: text, comment, several lines, empty",
    named(
      "S",
      "parameters: {a: {type: str, description: d}}\npre_init:\n  - {type: comment, value: \"one {{ a }}\\ntwo\"}\n  - {value: ''}\n  - {value: '{% if a == \"y\" %}yes{% endif %}'}\n  - type: text\n    value: |\n      block {{ a }}\n        more\n  - type: comment\n    value: |\n      block {{ a }}\npost_init: [{value: 'dbpf {{ a }}'}]",
    ),
    "- {type: m.S, a: x}\n- {type: m.S, a: y}",
  ),
  one(
    "scripts: when first, by model and kind",
    `${named("A", "pre_init: [{value: one, when: first}, {value: two, when: first}, {value: c1, type: comment, when: first}, {value: each}]\npost_init: [{value: post, when: first}]")}\n${named("B", "pre_init: [{value: b, when: first}]")}`,
    "- {type: m.A}\n- {type: m.A}\n- {type: m.B}",
  ),
  {
    name: "scripts: when first is shared by models of one name",
    support: [module(named("A", "pre_init: [{value: m, when: first}]")), module(named("A", "pre_init: [{value: n, when: first}]"), "n")],
    instances: [ioc("- {type: m.A}\n- {type: n.A}")],
  },
  one(
    "scripts: any other when of a text prints each time",
    named("A", "pre_init: [{value: one, when: never}]"),
    "- {type: m.A}\n- {type: m.A}",
  ),
  one("scripts: when last fails", named("A", "pre_init: [{value: one, when: last}]"), "- {type: m.A}", { refused: true }),
  one(
    "databases: args, null args, rows of several entities",
    db("{P: null, N: '{{ N }}', X: 'a {{ P }} b'}"),
    "- {type: m.D}\n- {type: m.D, P: 'LONGER:', N: 12}",
  ),
  one(
    "databases: regular expression over all fields",
    db("{.*: null}", "  Z: {type: str, description: d, default: z}"),
    "- {type: m.D}\n- {type: m.D, Z: x, P: 'A:'}",
  ),
  one(
    "databases: a prefix is matched, a key keeps its place",
    db("{Z: fixed, 'P?': null, '[NZ].*': '{{ N }}'}", "  Z: {type: str, description: d, default: z}"),
    "- {type: m.D}",
  ),
  one(
    "databases: enabled by a template",
    named(
      "D",
      "parameters: {on: {type: str, description: d}}\ndatabases:\n  - {file: a.db, enabled: '{{ on }}', args: {A: x}}\n  - {file: b.db, enabled: 'False', args: {}}",
    ),
    "- {type: m.D, on: 'YES'}\n- {type: m.D, on: '1'}\n- {type: m.D, on: 'on'}\n- {type: m.D, on: 'True'}",
  ),
  one("databases: no arguments", named("D", "databases: [{file: a.db, args: {}}]"), "- {type: m.D}\n- {type: m.D}"),
  one(
    "databases: file from a template, newlines stripped",
    named("D", "parameters: {f: {type: str, description: d}}\ndatabases:\n  - file: |\n      {{ f }}.db\n    args: {A: '1'}"),
    "- {type: m.D, f: x}\n- {type: m.D, f: y}\n- {type: m.D, f: x}",
  ),
  one(
    "databases: quotes and wide characters in values",
    named("D", "parameters: {v: {type: str, description: d}}\ndatabases: [{file: a.db, args: {V: '{{ v }}', W: end}}]"),
    "- {type: m.D, v: 'a \"b\" c'}\n- {type: m.D, v: '\u00e9\u4e2d\u{1f600}'}\n- {type: m.D, v: ''}",
  ),
  one(
    "databases: other args for the same file",
    `${named("A", "databases: [{file: a.db, args: {P: '1', Q: '2'}}]")}\n${named("B", "databases: [{file: a.db, args: {P: '1'}}]")}`,
    "- {type: m.A}\n- {type: m.B}",
    { refused: true },
  ),
  one(
    "databases: the same args in another order",
    `${named("A", "databases: [{file: a.db, args: {P: '1', Q: '2'}}]")}\n${named("B", "databases: [{file: a.db, args: {Q: '3', P: '4'}}]")}`,
    "- {type: m.A}\n- {type: m.B}",
  ),
  one(
    "databases: null args are only used when enabled",
    named("D", "databases: [{file: a.db, enabled: 'no', args: null}]"),
    "- {type: m.D}",
  ),
  one("databases: null args used", named("D", "databases: [{file: a.db, args: null}]"), "- {type: m.D}", { refused: true }),
  one("databases: an argument without a value", db("{NOPE: null}"), "- {type: m.D}", { refused: true }),
  one(
    "databases: a shared variable gives a null argument",
    named(
      "D",
      "parameters: {a: {type: str, description: d, default: \"{{ _global.set('G', 'shared') }}\"}}\ndatabases: [{file: a.db, args: {G: null, a: null}}]",
    ),
    "- {type: m.D}",
  ),
  one(
    "databases: values of every type",
    named(
      "D",
      "parameters: {i: {type: int, description: d}, f: {type: float, description: d}, b: {type: bool, description: d}, l: {type: list, description: d}, d: {type: dict, description: d}}\ndatabases: [{file: a.db, args: {i: null, f: null, b: null, l: null, d: null, c: '{{ i | int }}', s: '{{ i }}{{ f }}'}}]",
    ),
    "- {type: m.D, i: 100000000000000000000, f: 1e-5, b: off, l: [1, a, 2.5], d: {a: 1, 'b c': [true, null]}}\n- {type: m.D, i: '{{ 2 ** 3 }}', f: '{{ 10 / 4 }}', b: '{{ 1 == 1 }}', l: '{{ [1, \"x\"] }}', d: '{{ {\"k\": 1} }}'}",
  ),
  one(
    "shared variables: set, get, counters",
    named(
      "G",
      "parameters: {n: {type: str, description: d}}\npre_init: [{value: \"{{ _global.incrementor('c' ~ n, 10, 5) }} {{ _global.incrementor('x', start=3, stop=9) }} {{ _global.set('v', n) }} {{ _global.get('v') }} {{ _global.get('w', 'no') }} {{ _global.get('w') }}\"}]",
    ),
    "- {type: m.G, n: a}\n- {type: m.G, n: b}\n- {type: m.G, n: a}",
  ),
  one(
    "shared variables shadow fields",
    named(
      "G",
      "parameters: {a: {type: str, description: d}}\npre_init: [{value: \"{{ _global.set('a', 'shared') }} {{ a }}\"}, {value: '{{ a }}'}]",
    ),
    "- {type: m.G, a: own}\n- {type: m.G, a: own2}",
  ),
  one(
    "a counter over its stop",
    named("G", "pre_init: [{value: \"{{ _global.incrementor('x', start=1, stop=2) }}\"}]"),
    "- {type: m.G}\n- {type: m.G}\n- {type: m.G}",
    { refused: true },
  ),
  one(
    "a shared variable with a built-in name",
    named("G", "pre_init: [{value: \"{{ _global.set('ioc_name', 1) }}\"}, {value: x}]"),
    "- {type: m.G}",
    { refused: true },
  ),
  one(
    "environment: get_env and env",
    named(
      "G",
      "pre_init: [{value: \"{{ _global.get_env('IOC') }} {{ _global.get_env('NOPE') }}| {{ env.IOC }} {{ env['IOC'] }} {{ env.get('NOPE', 'd') }} {{ 'IOC' in env }} {{ env.NOPE is defined }}\"}]",
    ),
    "- {type: m.G}",
  ),
  one("built-in names", named("G", "pre_init: [{value: '{{ ioc_name }} {{ ioc_yaml_file_name }}'}]"), "- {type: m.G}"),
  {
    name: "ioc_name from a template",
    support: [module(LINE)],
    instances: [ioc("- {type: m.Line, text: '{{ ioc_name }}'}", "'{{ ioc_yaml_file_name | upper }}-1'")],
  },
  {
    name: "two instance files: the last one's name, ids of the first",
    support: [
      module(
        `${PORT}\n${named("Axis", "parameters: {port: {type: object, description: d}}\npre_init: [{value: '{{ port.speed }} {{ ioc_name }}'}]")}`,
      ),
    ],
    instances: [ioc("- {type: m.Port, name: P1, speed: fast}", "first"), ioc("- {type: m.Axis, port: P1}", "second")],
  },
  {
    name: "two support files of one module, the later type wins in its place",
    support: [
      module(`${LINE}\n${named("B", "pre_init: [{value: b1}]")}`),
      module(named("Line", "parameters: {other: {type: str, description: d}}\npre_init: [{value: 'other {{ other }}'}]")),
    ],
    instances: [ioc("- {type: m.Line, other: x}\n- {type: m.B}")],
  },
  one(
    "merge keys and anchors",
    named(
      "F",
      "parameters: &p\n  a: {type: str, description: d, default: 1a}\n  b: {type: str, description: d, default: 2b}\ndatabases: [{file: x.db, args: {.*: null}}]",
    ) +
      "\n" +
      named(
        "G",
        "parameters: {c: {type: str, description: d, default: c}, <<: *p, a: {type: str, description: d, default: own}}\ndatabases: [{file: y.db, args: {.*: null}}]",
      ),
    "- &e {type: m.F, a: x}\n- *e\n- {<<: *e, type: m.G}",
  ),
  one("shared is for anchors only", `${LINE}`, "- {type: m.Line, text: a}", {
    instances: ["ioc_name: x\ndescription: d\nshared: [&t hello, 5]\nentities:\n  - {type: m.Line, text: *t}\n"],
  }),
  one(
    "block scalars in the instance",
    LINE,
    '- type: m.Line\n  text: |\n    one {{ 1 + 1 }}\n    two\n- type: m.Line\n  text: >-\n    folded\n    text\n- type: m.Line\n  text: "tab\\t\\x41"',
  ),
  one(
    "one trailing newline of each template goes",
    LINE,
    '- {type: m.Line, text: "a\\n"}\n- {type: m.Line, text: "b\\n\\n"}\n- {type: m.Line, text: "{{ \'c\' }}\\r\\n"}',
  ),
  one("a description that is no text", LINE, "", { instances: ["ioc_name: x\ndescription: 5\nentities: []\n"], refused: true }),
  one("no description", LINE, "", { instances: ["ioc_name: x\nentities: []\n"], refused: true }),
  one("an unknown key at the top", LINE, "", { instances: ["ioc_name: x\ndescription: d\nentities: []\nfoo: 1\n"], refused: true }),
  one("an empty instance file", LINE, "", { instances: ["# nothing\n"], refused: true }),
  one("a key twice", LINE, "- {type: m.Line, text: a, text: b}", { refused: true }),
  one("a template without quotes", LINE, "", {
    instances: ["ioc_name: x\ndescription: d\nentities:\n  - type: m.Line\n    text: {{ x }}\n"],
    refused: true,
  }),
  one(
    "wait_ip: top-level texts are not rendered",
    LINE,
    "- {type: ibek.wait_ip, address: '10.0.0.1:55'}\n- {type: ibek.wait_ip, device: 'a b', address: '{{ x }}', timeout: 5}\n- {type: ibek.wait_ip, device: '5', address: 'true', timeout: '07', entity_enabled: false}\n- {type: ibek.wait_ip, device: '', address: 'a: b # c', timeout: 1.0}\n- {type: ibek.wait_ip, device: \"it's\", address: '- x'}\n- {type: ibek.wait_ip, device: '2024-01-01', address: 'x:'}",
  ),
  one(
    "wait_ip in a repeat and as sub-entity, wait_usb makes no file",
    named("W", "parameters: {a: {type: str, description: d}}\nsub_entities: [{type: ibek.wait_ip, address: 'sub-{{ a }}'}]"),
    "- {type: m.W, a: x}\n- type: ibek.repeat\n  values: [1, 2]\n  entity: {type: ibek.wait_ip, address: '10.0.0.{{ index }}', timeout: '{{ index | int }}'}\n- {type: ibek.wait_usb, id: '1234:5678'}",
  ),
  one("wait_ip: a timeout that is no number", LINE, "- {type: ibek.wait_ip, address: a, timeout: soon}", { refused: true }),
  one(
    "validations hold and are rendered",
    named(
      "V",
      "parameters: {n: {type: int, description: d}}\npost_defines: {m: {description: d, type: int, value: '{{ n * 2 }}'}}\nvalidate: [{assert: 'm < 10', message: 'too big: {{ m }}'}]\npre_init: [{value: '{{ m }}'}]",
    ),
    "- {type: m.V, n: 4}\n- {type: m.V, n: 40, entity_enabled: false}",
  ),
  one(
    "a validation that fails",
    named("V", "parameters: {n: {type: int, description: d}}\nvalidate: [{assert: 'n < 10', message: 'too big'}]"),
    "- {type: m.V, n: 40}",
    { refused: true },
  ),
  one("an undefined name in a script", named("A", "pre_init: [{value: '{{ nope }}'}]"), "- {type: m.A}", { refused: true }),
  one(
    "a template with a mistake that is never rendered",
    named("A", "pre_init: [{value: ok}]\npost_init: [{value: '{{ }}'}]"),
    "- {type: m.A, entity_enabled: false}",
  ),
  one(
    "a parameter called type is hidden by the entity's type",
    named(
      "A",
      "parameters: {type: {type: str, description: d, default: x}, b: {type: str, description: d}}\npre_init: [{value: '{{ type }} {{ b }}'}]",
    ),
    "- {type: m.A, b: '{{ type }}'}",
  ),
  one(
    "a define with the name of a parameter",
    named(
      "A",
      "pre_defines: {a: {description: d, value: pre}}\nparameters: {a: {type: str, description: d}, b: {type: str, description: d, default: '{{ a }}'}}\npost_defines: {a: {description: d, value: 'post {{ a }}'}}\npre_init: [{value: '{{ a }} {{ b }}'}]\ndatabases: [{file: a.db, args: {.*: null}}]",
    ),
    "- {type: m.A, a: given}",
  ),
  one(
    "lists are changed in place by other entities",
    `${named("L", "parameters: {name: {type: id, description: d}}\npost_defines: {items: {description: d, type: list, value: '{{ [] }}'}}\npre_init: [{value: '{{ items }} {{ items | length }}'}]")}\n${named("U", "parameters: {l: {type: object, description: d}}\npost_defines: {n: {description: d, value: '{% set x = l.items.append(l.items | length) %}ok'}}")}`,
    "- {type: m.L, name: a}\n- {type: m.U, l: a}\n- {type: m.U, l: a}",
  ),
  one(
    "defaults are copied for each entity",
    named(
      "L",
      "parameters: {items: {type: list, description: d, default: [1]}}\npost_defines: {n: {description: d, value: '{{ items.append(2) }}'}}\npre_init: [{value: '{{ items }} {{ n }}'}]",
    ),
    "- {type: m.L}\n- {type: m.L}",
  ),
  one("null without a default", named("F", "parameters: {a: {type: str, description: d, default: null}}"), "- {type: m.F}", {
    refused: true,
  }),
  one(
    "dates are dates",
    named("F", "parameters: {a: {type: object, description: d}}\npre_init: [{value: '{{ a }}'}]"),
    "- {type: m.F, a: 2024-01-02}\n- {type: m.F, a: 2001-12-14t21:59:43.10-05:00}\n- {type: m.F, a: 2024-01-01 10:00:00}",
  ),
  one(
    "pvi rows come last, even of disabled entities",
    `${named("A", "parameters: {P: {type: str, description: d}}\npvi: {yaml_path: dev.pvi.device.yaml, ui_index: false, pv: true, pv_prefix: $(P), ui_macros: {P: null, Q: 'q{{ P }}'}}\ndatabases: [{file: a.db, args: {P: null}}]")}`,
    "- {type: m.A, P: x}\n- {type: m.A, P: y, entity_enabled: false}",
    { pvi: true },
  ),
  one("support: an unknown key", "- name: A\n  description: d\n  foo: 1", "[]", { refused: true }),
  one("support: names of before ibek 3", "- name: A\n  description: d\n  args: []", "[]", { refused: true }),
  one("support: a default of the wrong type", named("A", "parameters: {a: {type: str, description: d, default: 5}}"), "[]", {
    refused: true,
  }),
  one("support: a define type that is not there", named("A", "post_defines: {a: {description: d, value: x, type: dict}}"), "[]", {
    refused: true,
  }),
  one("support: a model twice", `${LINE}\n${LINE}`, "[]", { refused: true }),
  one("support: args of a database that are numbers", named("A", "databases: [{file: a, args: {P: 5}}]"), "[]", { refused: true }),
  one("support: null where a list belongs", named("A", "pre_init: null"), "[]", { refused: true }),
  one("support: a comment with a wrong when", named("A", "pre_init: [{type: comment, value: a, when: never}]"), "[]", { refused: true }),
];

/** Values as YAML writes them, given to a parameter of each type. */
export const YAML_VALUES: readonly string[] = [
  "5",
  "-3",
  "0",
  "1",
  "2",
  "5.0",
  "1.0",
  "1.5",
  "1e3",
  "4.3e-05",
  "1e16",
  ".inf",
  "-0.0",
  "true",
  "false",
  "null",
  "'5'",
  "'07'",
  "' 7 '",
  "'1_000'",
  "'1.0'",
  "'1.5'",
  "'5.'",
  "'.5'",
  "'1e3'",
  "'inf'",
  "'nan'",
  "'true'",
  "'True'",
  "'yes'",
  "yes",
  "on",
  "'off'",
  "'t'",
  "'y'",
  "'n'",
  "'maybe'",
  "''",
  "abc",
  "100000000000000000000",
  "0x1F",
  "014",
  "1_000",
  "2024-01-01",
  "[1, 2]",
  "[]",
  "{a: 1}",
  "{}",
  "'{{ 10/2 }}'",
  "'{{ True }}'",
  "'{{ \"yes\" }}'",
  "'{{ 7 }}'",
  "'0{{ 7 }}'",
  "'{{ 1.5 }}'",
  "'{{ [1, 2] }}'",
  "'{{ {\"a\": 1} }}'",
  "'{{ (1, 2) }}'",
  "'{{ \"abc\" }}'",
  "'{{ none }}'",
  "'{{ 3 | string }}'",
  "'{{ }}'",
  "'{{ 1 }} '",
  "' {{ 1 }}'",
  "'{{ -1 }}'",
  "'{{ 2.0 }}'",
  "'{{ 1e20 }}'",
  "'{{ range(3) | list }}'",
  "\"{{ [('a', 1)] }}\"",
  '"{{ 1 }}\\n{{ 2 }}"',
  "'a {% raw %}{{ b }}{% endraw %}'",
];

export const PARAMETER_TYPES = ["str", "int", "float", "bool", "list", "dict", "object", "id"] as const;

/** Values of defines, by type. */
export const DEFINE_VALUES: readonly string[] = [
  "5",
  "1.5",
  "true",
  "null",
  "[1]",
  "{a: 1}",
  "'5'",
  "abc",
  "'{{ a }}'",
  "'{{ a + 1 }}'",
  "'{{ a | float }}'",
  "'{{ a / 2 }}'",
  "'{{ a == 5 }}'",
  "'{{ [a] }}'",
  "'{{ a | int }}:{{ a }}'",
  "'{{ a | string }}'",
  "'{{ [a] | list }}'",
  "'{{ \"x\" }}'",
  "''",
  "'0x10'",
  "'[1, 2'",
  "'1,2'",
];

/** The files of a case for ibek. */
export function filesOf(feature: FeatureCase) {
  const support = feature.support.map((_, index) => `s${index}.ibek.support.yaml`);
  const instances = feature.instances.map((_, index) => (index === 0 ? "ioc.yaml" : "runtime.yaml"));
  const files: Record<string, string> = {};
  feature.support.forEach((text, index) => {
    files[support[index]!] = text;
  });
  feature.instances.forEach((text, index) => {
    files[instances[index]!] = text;
  });
  return { support, instances, files };
}
