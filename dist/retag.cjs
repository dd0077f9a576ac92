"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/config/nearest.ts
function suggest(word, candidates) {
  const wanted = word.toLowerCase().slice(0, LONGEST);
  let best;
  let allowed = Math.min(3, Math.max(1, Math.floor((wanted.length + 1) / 3)));
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase().slice(0, LONGEST));
    if (distance > allowed) continue;
    best = candidate;
    allowed = distance - 1;
    if (allowed < 0) break;
  }
  return best;
}
function editDistance(a, b) {
  let beforePrevious = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1)
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
var LONGEST;
var init_nearest = __esm({
  "src/config/nearest.ts"() {
    "use strict";
    LONGEST = 64;
  }
});

// src/errors.ts
function formatProblem(problem) {
  const { place, what, mend } = problem;
  const where2 = place ? `${place.file}:${place.line}:${place.column}: ` : "";
  return where2 + what + (mend ? `; ${mend}` : "");
}
function messageOf(error2) {
  return error2 instanceof Error ? error2.message : String(error2);
}
var UserError, OperationError;
var init_errors = __esm({
  "src/errors.ts"() {
    "use strict";
    UserError = class extends Error {
      name = "UserError";
      problems;
      constructor(problems) {
        const list3 = Array.isArray(problems) ? problems : [problems];
        super(list3.map(formatProblem).join("\n"));
        this.problems = list3;
      }
    };
    OperationError = class extends Error {
      name = "OperationError";
      code;
      /** HTTP status of the last answer, where there was one. */
      status;
      constructor(code2, message, options = {}) {
        super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
        this.code = code2;
        this.status = options.status;
      }
    };
  }
});

// src/terminal/safe.ts
function safe(text4) {
  return text4.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, escaped);
}
function escaped(character) {
  const code2 = character.charCodeAt(0);
  return code2 < 256 ? `\\x${code2.toString(16).padStart(2, "0")}` : `\\u${code2.toString(16).padStart(4, "0")}`;
}
var init_safe = __esm({
  "src/terminal/safe.ts"() {
    "use strict";
  }
});

// src/terminal/log.ts
function terminalLog(options) {
  const { out, err, quiet, verbose, color } = options;
  const live = !quiet && err.isTTY === true;
  let shown3 = false;
  const clear = () => {
    if (shown3) err.write("\r\x1B[K");
    shown3 = false;
  };
  const paint = (text4) => {
    const word = /^[a-z]+/.exec(text4)?.[0] ?? "";
    const code2 = color ? COLORS[word] : void 0;
    return code2 === void 0 ? text4 : `\x1B[${code2}m${word}\x1B[0m${text4.slice(word.length)}`;
  };
  const line2 = (text4) => {
    clear();
    if (!quiet) out.write(`${paint(safe(text4))}
`);
  };
  return {
    group: async (title, body) => {
      line2(title);
      return body();
    },
    line: line2,
    warning: (text4) => {
      clear();
      err.write(`${color ? "\x1B[33mwarning\x1B[0m" : "warning"}: ${safe(text4)}
`);
    },
    debug: (text4) => {
      if (verbose) line2(`debug: ${text4}`);
    },
    progress: (done, total, what) => {
      if (!live || done >= total) {
        clear();
        return;
      }
      const text4 = safe(`${done} of ${total} ${what}`).slice(0, Math.max(10, (err.columns ?? 80) - 1));
      err.write(`\r\x1B[K${text4}`);
      shown3 = true;
    }
  };
}
var COLORS;
var init_log = __esm({
  "src/terminal/log.ts"() {
    "use strict";
    init_safe();
    COLORS = {
      create: 32,
      build: 32,
      move: 33,
      hold: 36,
      refuse: 31,
      failed: 31,
      skipped: 31,
      keep: 2
    };
  }
});

// src/commands/output.ts
function logFor(args, io) {
  const out = args.is("json") ? io.stderr : io.stdout;
  const plain = args.is("no-color") || (io.env["NO_COLOR"] ?? "") !== "" || io.env["TERM"] === "dumb";
  return terminalLog({
    out,
    err: io.stderr,
    quiet: args.is("quiet"),
    verbose: args.is("verbose"),
    color: !plain && out.isTTY === true
  });
}
function fail(error2, stderr) {
  if (error2 instanceof UserError) {
    for (const problem of error2.problems) stderr.write(`error: ${safe(formatProblem(problem))}
`);
    return 2;
  }
  if (error2 instanceof OperationError) {
    stderr.write(`error: ${safe(error2.message)}
`);
    return 1;
  }
  const text4 = error2 instanceof Error ? error2.stack ?? error2.message : String(error2);
  stderr.write(`error: this is a fault of Retag, please report it:
${text4}
`);
  return 1;
}
var init_output = __esm({
  "src/commands/output.ts"() {
    "use strict";
    init_errors();
    init_safe();
    init_log();
  }
});

// node_modules/valibot/dist/index.mjs
// @__NO_SIDE_EFFECTS__
function getGlobalConfig(config$1) {
  if (!config$1 && !store$4) return DEFAULT_CONFIG;
  return {
    lang: config$1?.lang ?? store$4?.lang,
    message: config$1?.message,
    abortEarly: config$1?.abortEarly ?? store$4?.abortEarly,
    abortPipeEarly: config$1?.abortPipeEarly ?? store$4?.abortPipeEarly
  };
}
// @__NO_SIDE_EFFECTS__
function getGlobalMessage(lang) {
  return store$3?.get(lang);
}
// @__NO_SIDE_EFFECTS__
function getSchemaMessage(lang) {
  return store$2?.get(lang);
}
// @__NO_SIDE_EFFECTS__
function getSpecificMessage(reference2, lang) {
  return store$1?.get(reference2)?.get(lang);
}
// @__NO_SIDE_EFFECTS__
function _stringify(input) {
  const type = typeof input;
  if (type === "string") return `"${input}"`;
  if (type === "number" || type === "bigint" || type === "boolean") return `${input}`;
  if (type === "object" || type === "function") return (input && Object.getPrototypeOf(input)?.constructor?.name) ?? "null";
  return type;
}
function _addIssue(context, label2, dataset, config$1, other) {
  const input = other && "input" in other ? other.input : dataset.value;
  const expected = other?.expected ?? context.expects ?? null;
  const received2 = other?.received ?? /* @__PURE__ */ _stringify(input);
  const issue2 = {
    kind: context.kind,
    type: context.type,
    input,
    expected,
    received: received2,
    message: `Invalid ${label2}: ${expected ? `Expected ${expected} but r` : "R"}eceived ${received2}`,
    requirement: context.requirement,
    path: other?.path,
    issues: other?.issues,
    lang: config$1.lang,
    abortEarly: config$1.abortEarly,
    abortPipeEarly: config$1.abortPipeEarly
  };
  const isSchema = context.kind === "schema";
  const message$1 = other?.message ?? context.message ?? /* @__PURE__ */ getSpecificMessage(context.reference, issue2.lang) ?? (isSchema ? /* @__PURE__ */ getSchemaMessage(issue2.lang) : null) ?? config$1.message ?? /* @__PURE__ */ getGlobalMessage(issue2.lang);
  if (message$1 !== void 0) issue2.message = typeof message$1 === "function" ? message$1(issue2) : message$1;
  if (isSchema) dataset.typed = false;
  if (dataset.issues) dataset.issues.push(issue2);
  else dataset.issues = [issue2];
}
// @__NO_SIDE_EFFECTS__
function _isSameValueZero(value1, value2) {
  return value1 === value2 || Number.isNaN(value1) && Number.isNaN(value2);
}
// @__NO_SIDE_EFFECTS__
function _isValidObjectKey(object$1, key) {
  return Object.prototype.hasOwnProperty.call(object$1, key) && key !== "__proto__" && key !== "prototype" && key !== "constructor";
}
// @__NO_SIDE_EFFECTS__
function _joinExpects(values$1, separator) {
  const list3 = [...new Set(values$1)];
  if (list3.length > 1) return `(${list3.join(` ${separator} `)})`;
  return list3[0] ?? "never";
}
function _standardSchema(schema) {
  schema["~standard"] = {
    version: 1,
    vendor: "valibot",
    validate: (value$1) => schema["~run"]({ value: value$1 }, /* @__PURE__ */ getGlobalConfig())
  };
  return schema;
}
// @__NO_SIDE_EFFECTS__
function description(description_) {
  return {
    kind: "metadata",
    type: "description",
    reference: description,
    description: description_
  };
}
// @__NO_SIDE_EFFECTS__
function integer(message$1) {
  return {
    kind: "validation",
    type: "integer",
    reference: integer,
    async: false,
    expects: null,
    requirement: Number.isInteger,
    message: message$1,
    "~run"(dataset, config$1) {
      if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "integer", dataset, config$1);
      return dataset;
    }
  };
}
// @__NO_SIDE_EFFECTS__
function maxValue(requirement, message$1) {
  return {
    kind: "validation",
    type: "max_value",
    reference: maxValue,
    async: false,
    expects: `<=${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
    requirement,
    message: message$1,
    "~run"(dataset, config$1) {
      if (dataset.typed && !(dataset.value <= this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
      return dataset;
    }
  };
}
// @__NO_SIDE_EFFECTS__
function metadata(metadata_) {
  return {
    kind: "metadata",
    type: "metadata",
    reference: metadata,
    metadata: metadata_
  };
}
// @__NO_SIDE_EFFECTS__
function minValue(requirement, message$1) {
  return {
    kind: "validation",
    type: "min_value",
    reference: minValue,
    async: false,
    expects: `>=${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
    requirement,
    message: message$1,
    "~run"(dataset, config$1) {
      if (dataset.typed && !(dataset.value >= this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
      return dataset;
    }
  };
}
// @__NO_SIDE_EFFECTS__
function rawCheck(action2) {
  return {
    kind: "validation",
    type: "raw_check",
    reference: rawCheck,
    async: false,
    expects: null,
    "~run"(dataset, config$1) {
      action2({
        dataset,
        config: config$1,
        addIssue: (info2) => _addIssue(this, info2?.label ?? "input", dataset, config$1, info2)
      });
      return dataset;
    }
  };
}
// @__NO_SIDE_EFFECTS__
function getFallback(schema, dataset, config$1) {
  return typeof schema.fallback === "function" ? schema.fallback(dataset, config$1) : schema.fallback;
}
// @__NO_SIDE_EFFECTS__
function getDefault(schema, dataset, config$1) {
  return typeof schema.default === "function" ? schema.default(dataset, config$1) : schema.default;
}
// @__NO_SIDE_EFFECTS__
function array(item, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "array",
    reference: array,
    expects: "Array",
    async: false,
    item,
    message: message$1,
    "~run"(dataset, config$1) {
      const input = dataset.value;
      if (Array.isArray(input)) {
        dataset.typed = true;
        dataset.value = [];
        for (let key = 0; key < input.length; key++) {
          const value$1 = input[key];
          const itemDataset = this.item["~run"]({ value: value$1 }, config$1);
          if (itemDataset.issues) {
            const pathItem = {
              type: "array",
              origin: "value",
              input,
              key,
              value: value$1
            };
            for (const issue2 of itemDataset.issues) {
              if (issue2.path) issue2.path.unshift(pathItem);
              else issue2.path = [pathItem];
              dataset.issues?.push(issue2);
            }
            if (!dataset.issues) dataset.issues = itemDataset.issues;
            if (config$1.abortEarly) {
              dataset.typed = false;
              break;
            }
          }
          if (!itemDataset.typed) dataset.typed = false;
          dataset.value.push(itemDataset.value);
        }
      } else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function boolean(message$1) {
  return _standardSchema({
    kind: "schema",
    type: "boolean",
    reference: boolean,
    expects: "boolean",
    async: false,
    message: message$1,
    "~run"(dataset, config$1) {
      if (typeof dataset.value === "boolean") dataset.typed = true;
      else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function custom(check$1, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "custom",
    reference: custom,
    expects: "unknown",
    async: false,
    check: check$1,
    message: message$1,
    "~run"(dataset, config$1) {
      if (this.check(dataset.value)) dataset.typed = true;
      else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function literal(literal_, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "literal",
    reference: literal,
    expects: /* @__PURE__ */ _stringify(literal_),
    async: false,
    literal: literal_,
    message: message$1,
    "~run"(dataset, config$1) {
      if (/* @__PURE__ */ _isSameValueZero(dataset.value, this.literal)) dataset.typed = true;
      else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function looseObject(entries$1, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "loose_object",
    reference: looseObject,
    expects: "Object",
    async: false,
    entries: entries$1,
    message: message$1,
    "~run"(dataset, config$1) {
      const input = dataset.value;
      if (input && typeof input === "object") {
        dataset.typed = true;
        dataset.value = {};
        for (const key in this.entries) {
          const valueSchema = this.entries[key];
          if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
            const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
            const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
            if (valueDataset.issues) {
              const pathItem = {
                type: "object",
                origin: "value",
                input,
                key,
                value: value$1
              };
              for (const issue2 of valueDataset.issues) {
                if (issue2.path) issue2.path.unshift(pathItem);
                else issue2.path = [pathItem];
                dataset.issues?.push(issue2);
              }
              if (!dataset.issues) dataset.issues = valueDataset.issues;
              if (config$1.abortEarly) {
                dataset.typed = false;
                break;
              }
            }
            if (!valueDataset.typed) dataset.typed = false;
            dataset.value[key] = valueDataset.value;
          } else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
          else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
            _addIssue(this, "key", dataset, config$1, {
              input: void 0,
              expected: `"${key}"`,
              path: [{
                type: "object",
                origin: "key",
                input,
                key,
                value: input[key]
              }]
            });
            if (config$1.abortEarly) break;
          }
        }
        if (!dataset.issues || !config$1.abortEarly) {
          for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) dataset.value[key] = input[key];
        }
      } else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function nullable(wrapped, default_) {
  return _standardSchema({
    kind: "schema",
    type: "nullable",
    reference: nullable,
    expects: `(${wrapped.expects} | null)`,
    async: false,
    wrapped,
    default: default_,
    "~run"(dataset, config$1) {
      if (dataset.value === null) {
        if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
        if (dataset.value === null) {
          dataset.typed = true;
          return dataset;
        }
      }
      return this.wrapped["~run"](dataset, config$1);
    }
  });
}
// @__NO_SIDE_EFFECTS__
function number(message$1) {
  return _standardSchema({
    kind: "schema",
    type: "number",
    reference: number,
    expects: "number",
    async: false,
    message: message$1,
    "~run"(dataset, config$1) {
      if (typeof dataset.value === "number" && !isNaN(dataset.value)) dataset.typed = true;
      else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function optional(wrapped, default_) {
  return _standardSchema({
    kind: "schema",
    type: "optional",
    reference: optional,
    expects: `(${wrapped.expects} | undefined)`,
    async: false,
    wrapped,
    default: default_,
    "~run"(dataset, config$1) {
      if (dataset.value === void 0) {
        if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
        if (dataset.value === void 0) {
          dataset.typed = true;
          return dataset;
        }
      }
      return this.wrapped["~run"](dataset, config$1);
    }
  });
}
// @__NO_SIDE_EFFECTS__
function picklist(options, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "picklist",
    reference: picklist,
    expects: /* @__PURE__ */ _joinExpects(options.map(_stringify), "|"),
    async: false,
    options,
    message: message$1,
    "~run"(dataset, config$1) {
      if (this.options.includes(dataset.value)) dataset.typed = true;
      else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function record(key, value$1, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "record",
    reference: record,
    expects: "Object",
    async: false,
    key,
    value: value$1,
    message: message$1,
    "~run"(dataset, config$1) {
      const input = dataset.value;
      if (input && typeof input === "object") {
        dataset.typed = true;
        dataset.value = {};
        for (const entryKey in input) if (/* @__PURE__ */ _isValidObjectKey(input, entryKey)) {
          const entryValue = input[entryKey];
          const keyDataset = this.key["~run"]({ value: entryKey }, config$1);
          if (keyDataset.issues) {
            const pathItem = {
              type: "object",
              origin: "key",
              input,
              key: entryKey,
              value: entryValue
            };
            for (const issue2 of keyDataset.issues) {
              issue2.path = [pathItem];
              dataset.issues?.push(issue2);
            }
            if (!dataset.issues) dataset.issues = keyDataset.issues;
            if (config$1.abortEarly) {
              dataset.typed = false;
              break;
            }
          }
          const valueDataset = this.value["~run"]({ value: entryValue }, config$1);
          if (valueDataset.issues) {
            const pathItem = {
              type: "object",
              origin: "value",
              input,
              key: entryKey,
              value: entryValue
            };
            for (const issue2 of valueDataset.issues) {
              if (issue2.path) issue2.path.unshift(pathItem);
              else issue2.path = [pathItem];
              dataset.issues?.push(issue2);
            }
            if (!dataset.issues) dataset.issues = valueDataset.issues;
            if (config$1.abortEarly) {
              dataset.typed = false;
              break;
            }
          }
          if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
          if (keyDataset.typed) dataset.value[keyDataset.value] = valueDataset.value;
        }
      } else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function string(message$1) {
  return _standardSchema({
    kind: "schema",
    type: "string",
    reference: string,
    expects: "string",
    async: false,
    message: message$1,
    "~run"(dataset, config$1) {
      if (typeof dataset.value === "string") dataset.typed = true;
      else _addIssue(this, "type", dataset, config$1);
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function _subIssues(datasets) {
  let issues;
  if (datasets) for (const dataset of datasets) if (issues) for (const issue2 of dataset.issues) issues.push(issue2);
  else issues = dataset.issues;
  return issues;
}
// @__NO_SIDE_EFFECTS__
function union(options, message$1) {
  return _standardSchema({
    kind: "schema",
    type: "union",
    reference: union,
    expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "|"),
    async: false,
    options,
    message: message$1,
    "~run"(dataset, config$1) {
      let validDataset;
      let typedDatasets;
      let untypedDatasets;
      for (const schema of this.options) {
        const optionDataset = schema["~run"]({ value: dataset.value }, config$1);
        if (optionDataset.typed) if (optionDataset.issues) if (typedDatasets) typedDatasets.push(optionDataset);
        else typedDatasets = [optionDataset];
        else {
          validDataset = optionDataset;
          break;
        }
        else if (untypedDatasets) untypedDatasets.push(optionDataset);
        else untypedDatasets = [optionDataset];
      }
      if (validDataset) return validDataset;
      if (typedDatasets) {
        if (typedDatasets.length === 1) return typedDatasets[0];
        _addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(typedDatasets) });
        dataset.typed = true;
      } else if (untypedDatasets?.length === 1) return untypedDatasets[0];
      else _addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(untypedDatasets) });
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function pipe(...pipe$1) {
  return _standardSchema({
    ...pipe$1[0],
    pipe: pipe$1,
    "~run"(dataset, config$1) {
      for (const item of pipe$1) if (item.kind !== "metadata") {
        if (dataset.issues && (item.kind === "schema" || item.kind === "transformation")) {
          dataset.typed = false;
          break;
        }
        if (!dataset.issues || !config$1.abortEarly && !config$1.abortPipeEarly) dataset = item["~run"](dataset, config$1);
      }
      return dataset;
    }
  });
}
// @__NO_SIDE_EFFECTS__
function safeParse(schema, input, config$1) {
  const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
  return {
    typed: dataset.typed,
    success: !dataset.issues,
    output: dataset.value,
    issues: dataset.issues
  };
}
var store$4, DEFAULT_CONFIG, store$3, store$2, store$1, EMOJI_REGEX;
var init_dist = __esm({
  "node_modules/valibot/dist/index.mjs"() {
    DEFAULT_CONFIG = {
      lang: void 0,
      message: void 0,
      abortEarly: void 0,
      abortPipeEarly: void 0
    };
    EMOJI_REGEX = new RegExp("^(?:[\\u{1F1E6}-\\u{1F1FF}]{2}|\\u{1F3F4}[\\u{E0061}-\\u{E007A}]{2}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{1,3}\\u{E007F}|(?:\\p{Emoji}\\uFE0F\\u20E3?|\\p{Emoji_Modifier_Base}\\p{Emoji_Modifier}?|(?![\\p{Emoji_Modifier_Base}\\u{1F1E6}-\\u{1F1FF}])\\p{Emoji_Presentation})(?:\\u200D(?:\\p{Emoji}\\uFE0F\\u20E3?|\\p{Emoji_Modifier_Base}\\p{Emoji_Modifier}?|(?![\\p{Emoji_Modifier_Base}\\u{1F1E6}-\\u{1F1FF}])\\p{Emoji_Presentation}))*)+$", "u");
  }
});

// src/reference.ts
function isDigest(text4) {
  return DIGEST.test(text4);
}
function isReservedTag(tag2) {
  return RESERVED_TAG.test(tag2);
}
function parseTag(text4) {
  if (text4 === "") return bad("the tag is empty", "give it at least one character");
  if (text4.length > 128) {
    return bad(`the tag has ${text4.length} characters`, "a tag has at most 128 characters; shorten it");
  }
  if (!TAG.test(text4)) {
    return bad(
      `"${printable(text4)}" is not a tag`,
      'a tag starts with a letter, a digit or "_" and goes on with letters, digits, ".", "_" and "-"'
    );
  }
  if (isReservedTag(text4)) {
    return bad(
      `the tag "${text4}" is reserved for signatures and referrers`,
      'choose a tag that does not look like "sha256-<digest>"'
    );
  }
  return { ok: true, value: text4 };
}
function parseRepository(text4) {
  if (text4 === "") return bad("the image name is empty", 'write it as "registry/repository"');
  if (/[^\x21-\x7e]/.test(text4)) {
    return bad(
      `the image name "${printable(text4)}" holds a character that no name may hold`,
      "remove white space and non-ASCII characters"
    );
  }
  if (text4.includes("@"))
    return bad(`the image name "${text4}" holds a digest`, 'give the name alone, without "@…"');
  const slash = text4.indexOf("/");
  const first2 = slash < 0 ? "" : text4.slice(0, slash);
  const isHost = first2 !== "" && (/[.:[]/.test(first2) || first2 === "localhost" || first2 !== first2.toLowerCase());
  const host = isHost ? first2 : "docker.io";
  let path6 = isHost ? text4.slice(slash + 1) : text4;
  if (isHost && first2 !== first2.toLowerCase() && !/[.:[]/.test(first2)) {
    return bad(
      `the image name "${text4}" has upper-case letters`,
      `write it in lower case: "${text4.toLowerCase()}"`
    );
  }
  if (!HOST.test(host) && !IPV6_HOST.test(host)) {
    return bad(`"${printable(host)}" is not a registry host`, 'write it as "host" or "host:port"');
  }
  const registry = normaliseHost(host);
  if (path6.includes(":")) {
    return bad(
      `the image name "${text4}" holds a tag`,
      `give the name alone: "${text4.slice(0, text4.lastIndexOf(":"))}"`
    );
  }
  if (registry === "docker.io" && !path6.includes("/")) path6 = `library/${path6}`;
  for (const component of path6.split("/")) {
    if (COMPONENT.test(component)) continue;
    if (COMPONENT.test(component.toLowerCase())) {
      return bad(
        `the image name "${text4}" has upper-case letters`,
        `write it in lower case: "${text4.toLowerCase()}"`
      );
    }
    return bad(
      `"${printable(component)}" in the image name "${text4}" is not a path component`,
      'use lower-case letters and digits, with ".", "_", "__" or "-" between them'
    );
  }
  if (registry.length + 1 + path6.length > MAX_NAME) {
    return bad(
      `the image name has ${registry.length + 1 + path6.length} characters`,
      `host and name have at most ${MAX_NAME} characters together`
    );
  }
  return { ok: true, value: { registry, repository: path6 } };
}
function formatRepository(name) {
  return `${name.registry}/${name.repository}`;
}
function formatReference(ref) {
  return formatRepository(ref) + ("digest" in ref ? `@${ref.digest}` : `:${ref.tag}`);
}
function sameRepository(a, b) {
  return a.registry === b.registry && a.repository === b.repository;
}
function normaliseHost(host) {
  const lower = host.toLowerCase();
  return lower === "index.docker.io" || lower === "registry-1.docker.io" ? "docker.io" : lower;
}
function printable(text4) {
  const escaped2 = JSON.stringify(text4).slice(1, -1).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return escaped2.length > 120 ? `${escaped2.slice(0, 117)}...` : escaped2;
}
function bad(what, mend) {
  return { ok: false, what, mend };
}
var COMPONENT, TAG, HOST, IPV6_HOST, DIGEST, RESERVED_TAG, MAX_NAME;
var init_reference = __esm({
  "src/reference.ts"() {
    "use strict";
    COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
    TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
    HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]{1,5})?$/;
    IPV6_HOST = /^\[[0-9a-fA-F:.]+\](?::[0-9]{1,5})?$/;
    DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
    RESERVED_TAG = /^sha(?:256|512)-[a-f0-9]{64,128}(?:\.(?:sig|att|sbom))?$/;
    MAX_NAME = 255;
  }
});

// src/config/duration.ts
function parseDuration(text4) {
  const match = /^([0-9]{1,9})([smhdw])$/.exec(text4);
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0) : 0;
  if (value > 0 && value <= LONGEST2) return { ok: true, value };
  return {
    ok: false,
    what: `${JSON.stringify(text4.slice(0, 60))} is not a duration`,
    mend: 'write a number and one of s, m, h, d, w, such as "30m" or "30d", at most ten years'
  };
}
var UNITS, LONGEST2;
var init_duration = __esm({
  "src/config/duration.ts"() {
    "use strict";
    UNITS = {
      s: 1e3,
      m: 6e4,
      h: 36e5,
      d: 864e5,
      w: 6048e5
    };
    LONGEST2 = 3660 * 864e5;
  }
});

// node_modules/yaml/dist/nodes/identity.js
var require_identity = __commonJS({
  "node_modules/yaml/dist/nodes/identity.js"(exports2) {
    "use strict";
    var ALIAS = /* @__PURE__ */ Symbol.for("yaml.alias");
    var DOC = /* @__PURE__ */ Symbol.for("yaml.document");
    var MAP = /* @__PURE__ */ Symbol.for("yaml.map");
    var PAIR = /* @__PURE__ */ Symbol.for("yaml.pair");
    var SCALAR = /* @__PURE__ */ Symbol.for("yaml.scalar");
    var SEQ = /* @__PURE__ */ Symbol.for("yaml.seq");
    var NODE_TYPE = /* @__PURE__ */ Symbol.for("yaml.node.type");
    var isAlias5 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === ALIAS;
    var isDocument = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === DOC;
    var isMap4 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === MAP;
    var isPair = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === PAIR;
    var isScalar5 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SCALAR;
    var isSeq4 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SEQ;
    function isCollection(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case MAP:
          case SEQ:
            return true;
        }
      return false;
    }
    function isNode(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case ALIAS:
          case MAP:
          case SCALAR:
          case SEQ:
            return true;
        }
      return false;
    }
    var hasAnchor = (node) => (isScalar5(node) || isCollection(node)) && !!node.anchor;
    exports2.ALIAS = ALIAS;
    exports2.DOC = DOC;
    exports2.MAP = MAP;
    exports2.NODE_TYPE = NODE_TYPE;
    exports2.PAIR = PAIR;
    exports2.SCALAR = SCALAR;
    exports2.SEQ = SEQ;
    exports2.hasAnchor = hasAnchor;
    exports2.isAlias = isAlias5;
    exports2.isCollection = isCollection;
    exports2.isDocument = isDocument;
    exports2.isMap = isMap4;
    exports2.isNode = isNode;
    exports2.isPair = isPair;
    exports2.isScalar = isScalar5;
    exports2.isSeq = isSeq4;
  }
});

// node_modules/yaml/dist/visit.js
var require_visit = __commonJS({
  "node_modules/yaml/dist/visit.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var BREAK = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove node");
    function visit2(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = visit_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        visit_(null, node, visitor_, Object.freeze([]));
    }
    visit2.BREAK = BREAK;
    visit2.SKIP = SKIP;
    visit2.REMOVE = REMOVE;
    function visit_(key, node, visitor, path6) {
      const ctrl = callVisitor(key, node, visitor, path6);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key, path6, ctrl);
        return visit_(key, ctrl, visitor, path6);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path6 = Object.freeze(path6.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = visit_(i, node.items[i], visitor, path6);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path6 = Object.freeze(path6.concat(node));
          const ck = visit_("key", node.key, visitor, path6);
          if (ck === BREAK)
            return BREAK;
          else if (ck === REMOVE)
            node.key = null;
          const cv = visit_("value", node.value, visitor, path6);
          if (cv === BREAK)
            return BREAK;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    async function visitAsync(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = await visitAsync_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        await visitAsync_(null, node, visitor_, Object.freeze([]));
    }
    visitAsync.BREAK = BREAK;
    visitAsync.SKIP = SKIP;
    visitAsync.REMOVE = REMOVE;
    async function visitAsync_(key, node, visitor, path6) {
      const ctrl = await callVisitor(key, node, visitor, path6);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key, path6, ctrl);
        return visitAsync_(key, ctrl, visitor, path6);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path6 = Object.freeze(path6.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = await visitAsync_(i, node.items[i], visitor, path6);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path6 = Object.freeze(path6.concat(node));
          const ck = await visitAsync_("key", node.key, visitor, path6);
          if (ck === BREAK)
            return BREAK;
          else if (ck === REMOVE)
            node.key = null;
          const cv = await visitAsync_("value", node.value, visitor, path6);
          if (cv === BREAK)
            return BREAK;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    function initVisitor(visitor) {
      if (typeof visitor === "object" && (visitor.Collection || visitor.Node || visitor.Value)) {
        return Object.assign({
          Alias: visitor.Node,
          Map: visitor.Node,
          Scalar: visitor.Node,
          Seq: visitor.Node
        }, visitor.Value && {
          Map: visitor.Value,
          Scalar: visitor.Value,
          Seq: visitor.Value
        }, visitor.Collection && {
          Map: visitor.Collection,
          Seq: visitor.Collection
        }, visitor);
      }
      return visitor;
    }
    function callVisitor(key, node, visitor, path6) {
      if (typeof visitor === "function")
        return visitor(key, node, path6);
      if (identity.isMap(node))
        return visitor.Map?.(key, node, path6);
      if (identity.isSeq(node))
        return visitor.Seq?.(key, node, path6);
      if (identity.isPair(node))
        return visitor.Pair?.(key, node, path6);
      if (identity.isScalar(node))
        return visitor.Scalar?.(key, node, path6);
      if (identity.isAlias(node))
        return visitor.Alias?.(key, node, path6);
      return void 0;
    }
    function replaceNode(key, path6, node) {
      const parent = path6[path6.length - 1];
      if (identity.isCollection(parent)) {
        parent.items[key] = node;
      } else if (identity.isPair(parent)) {
        if (key === "key")
          parent.key = node;
        else
          parent.value = node;
      } else if (identity.isDocument(parent)) {
        parent.contents = node;
      } else {
        const pt = identity.isAlias(parent) ? "alias" : "scalar";
        throw new Error(`Cannot replace node with ${pt} parent`);
      }
    }
    exports2.visit = visit2;
    exports2.visitAsync = visitAsync;
  }
});

// node_modules/yaml/dist/doc/directives.js
var require_directives = __commonJS({
  "node_modules/yaml/dist/doc/directives.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var visit2 = require_visit();
    var escapeChars = {
      "!": "%21",
      ",": "%2C",
      "[": "%5B",
      "]": "%5D",
      "{": "%7B",
      "}": "%7D"
    };
    var escapeTagName = (tn) => tn.replace(/[!,[\]{}]/g, (ch) => escapeChars[ch]);
    var Directives = class _Directives {
      constructor(yaml, tags2) {
        this.docStart = null;
        this.docEnd = false;
        this.yaml = Object.assign({}, _Directives.defaultYaml, yaml);
        this.tags = Object.assign({}, _Directives.defaultTags, tags2);
      }
      clone() {
        const copy = new _Directives(this.yaml, this.tags);
        copy.docStart = this.docStart;
        return copy;
      }
      /**
       * During parsing, get a Directives instance for the current document and
       * update the stream state according to the current version's spec.
       */
      atDocument() {
        const res = new _Directives(this.yaml, this.tags);
        switch (this.yaml.version) {
          case "1.1":
            this.atNextDocument = true;
            break;
          case "1.2":
            this.atNextDocument = false;
            this.yaml = {
              explicit: _Directives.defaultYaml.explicit,
              version: "1.2"
            };
            this.tags = Object.assign({}, _Directives.defaultTags);
            break;
        }
        return res;
      }
      /**
       * @param onError - May be called even if the action was successful
       * @returns `true` on success
       */
      add(line2, onError) {
        if (this.atNextDocument) {
          this.yaml = { explicit: _Directives.defaultYaml.explicit, version: "1.1" };
          this.tags = Object.assign({}, _Directives.defaultTags);
          this.atNextDocument = false;
        }
        const parts = line2.trim().split(/[ \t]+/);
        const name = parts.shift();
        switch (name) {
          case "%TAG": {
            if (parts.length !== 2) {
              onError(0, "%TAG directive should contain exactly two parts");
              if (parts.length < 2)
                return false;
            }
            const [handle, prefix] = parts;
            this.tags[handle] = prefix;
            return true;
          }
          case "%YAML": {
            this.yaml.explicit = true;
            if (parts.length !== 1) {
              onError(0, "%YAML directive should contain exactly one part");
              return false;
            }
            const [version] = parts;
            if (version === "1.1" || version === "1.2") {
              this.yaml.version = version;
              return true;
            } else {
              const isValid = /^\d+\.\d+$/.test(version);
              onError(6, `Unsupported YAML version ${version}`, isValid);
              return false;
            }
          }
          default:
            onError(0, `Unknown directive ${name}`, true);
            return false;
        }
      }
      /**
       * Resolves a tag, matching handles to those defined in %TAG directives.
       *
       * @returns Resolved tag, which may also be the non-specific tag `'!'` or a
       *   `'!local'` tag, or `null` if unresolvable.
       */
      tagName(source, onError) {
        if (source === "!")
          return "!";
        if (source[0] !== "!") {
          onError(`Not a valid tag: ${source}`);
          return null;
        }
        if (source[1] === "<") {
          const verbatim = source.slice(2, -1);
          if (verbatim === "!" || verbatim === "!!") {
            onError(`Verbatim tags aren't resolved, so ${source} is invalid.`);
            return null;
          }
          if (source[source.length - 1] !== ">")
            onError("Verbatim tags must end with a >");
          return verbatim;
        }
        const [, handle, suffix] = source.match(/^(.*!)([^!]*)$/s);
        if (!suffix)
          onError(`The ${source} tag has no suffix`);
        const prefix = this.tags[handle];
        if (prefix) {
          try {
            return prefix + decodeURIComponent(suffix);
          } catch (error2) {
            onError(String(error2));
            return null;
          }
        }
        if (handle === "!")
          return source;
        onError(`Could not resolve tag: ${source}`);
        return null;
      }
      /**
       * Given a fully resolved tag, returns its printable string form,
       * taking into account current tag prefixes and defaults.
       */
      tagString(tag2) {
        for (const [handle, prefix] of Object.entries(this.tags)) {
          if (tag2.startsWith(prefix))
            return handle + escapeTagName(tag2.substring(prefix.length));
        }
        return tag2[0] === "!" ? tag2 : `!<${tag2}>`;
      }
      toString(doc) {
        const lines2 = this.yaml.explicit ? [`%YAML ${this.yaml.version || "1.2"}`] : [];
        const tagEntries = Object.entries(this.tags);
        let tagNames;
        if (doc && tagEntries.length > 0 && identity.isNode(doc.contents)) {
          const tags2 = {};
          visit2.visit(doc.contents, (_key, node) => {
            if (identity.isNode(node) && node.tag)
              tags2[node.tag] = true;
          });
          tagNames = Object.keys(tags2);
        } else
          tagNames = [];
        for (const [handle, prefix] of tagEntries) {
          if (handle === "!!" && prefix === "tag:yaml.org,2002:")
            continue;
          if (!doc || tagNames.some((tn) => tn.startsWith(prefix)))
            lines2.push(`%TAG ${handle} ${prefix}`);
        }
        return lines2.join("\n");
      }
    };
    Directives.defaultYaml = { explicit: false, version: "1.2" };
    Directives.defaultTags = { "!!": "tag:yaml.org,2002:" };
    exports2.Directives = Directives;
  }
});

// node_modules/yaml/dist/doc/anchors.js
var require_anchors = __commonJS({
  "node_modules/yaml/dist/doc/anchors.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var visit2 = require_visit();
    function anchorIsValid(anchor) {
      if (/[\x00-\x19\s,[\]{}]/.test(anchor)) {
        const sa = JSON.stringify(anchor);
        const msg = `Anchor must not contain whitespace or control characters: ${sa}`;
        throw new Error(msg);
      }
      return true;
    }
    function anchorNames(root) {
      const anchors = /* @__PURE__ */ new Set();
      visit2.visit(root, {
        Value(_key, node) {
          if (node.anchor)
            anchors.add(node.anchor);
        }
      });
      return anchors;
    }
    function findNewAnchor(prefix, exclude) {
      for (let i = 1; true; ++i) {
        const name = `${prefix}${i}`;
        if (!exclude.has(name))
          return name;
      }
    }
    function createNodeAnchors(doc, prefix) {
      const aliasObjects = [];
      const sourceObjects = /* @__PURE__ */ new Map();
      let prevAnchors = null;
      return {
        onAnchor: (source) => {
          aliasObjects.push(source);
          prevAnchors ?? (prevAnchors = anchorNames(doc));
          const anchor = findNewAnchor(prefix, prevAnchors);
          prevAnchors.add(anchor);
          return anchor;
        },
        /**
         * With circular references, the source node is only resolved after all
         * of its child nodes are. This is why anchors are set only after all of
         * the nodes have been created.
         */
        setAnchors: () => {
          for (const source of aliasObjects) {
            const ref = sourceObjects.get(source);
            if (typeof ref === "object" && ref.anchor && (identity.isScalar(ref.node) || identity.isCollection(ref.node))) {
              ref.node.anchor = ref.anchor;
            } else {
              const error2 = new Error("Failed to resolve repeated object (this should not happen)");
              error2.source = source;
              throw error2;
            }
          }
        },
        sourceObjects
      };
    }
    exports2.anchorIsValid = anchorIsValid;
    exports2.anchorNames = anchorNames;
    exports2.createNodeAnchors = createNodeAnchors;
    exports2.findNewAnchor = findNewAnchor;
  }
});

// node_modules/yaml/dist/doc/applyReviver.js
var require_applyReviver = __commonJS({
  "node_modules/yaml/dist/doc/applyReviver.js"(exports2) {
    "use strict";
    function applyReviver(reviver, obj, key, val) {
      if (val && typeof val === "object") {
        if (Array.isArray(val)) {
          for (let i = 0, len = val.length; i < len; ++i) {
            const v0 = val[i];
            const v1 = applyReviver(reviver, val, String(i), v0);
            if (v1 === void 0)
              delete val[i];
            else if (v1 !== v0)
              val[i] = v1;
          }
        } else if (val instanceof Map) {
          for (const k of Array.from(val.keys())) {
            const v0 = val.get(k);
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              val.delete(k);
            else if (v1 !== v0)
              val.set(k, v1);
          }
        } else if (val instanceof Set) {
          for (const v0 of Array.from(val)) {
            const v1 = applyReviver(reviver, val, v0, v0);
            if (v1 === void 0)
              val.delete(v0);
            else if (v1 !== v0) {
              val.delete(v0);
              val.add(v1);
            }
          }
        } else {
          for (const [k, v0] of Object.entries(val)) {
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              delete val[k];
            else if (v1 !== v0)
              val[k] = v1;
          }
        }
      }
      return reviver.call(obj, key, val);
    }
    exports2.applyReviver = applyReviver;
  }
});

// node_modules/yaml/dist/nodes/toJS.js
var require_toJS = __commonJS({
  "node_modules/yaml/dist/nodes/toJS.js"(exports2) {
    "use strict";
    var identity = require_identity();
    function toJS(value, arg, ctx) {
      if (Array.isArray(value))
        return value.map((v, i) => toJS(v, String(i), ctx));
      if (value && typeof value.toJSON === "function") {
        if (!ctx || !identity.hasAnchor(value))
          return value.toJSON(arg, ctx);
        const data = { aliasCount: 0, count: 1, res: void 0 };
        ctx.anchors.set(value, data);
        ctx.onCreate = (res2) => {
          data.res = res2;
          delete ctx.onCreate;
        };
        const res = value.toJSON(arg, ctx);
        if (ctx.onCreate)
          ctx.onCreate(res);
        return res;
      }
      if (typeof value === "bigint" && !ctx?.keep)
        return Number(value);
      return value;
    }
    exports2.toJS = toJS;
  }
});

// node_modules/yaml/dist/nodes/Node.js
var require_Node = __commonJS({
  "node_modules/yaml/dist/nodes/Node.js"(exports2) {
    "use strict";
    var applyReviver = require_applyReviver();
    var identity = require_identity();
    var toJS = require_toJS();
    var NodeBase = class {
      constructor(type) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: type });
      }
      /** Create a copy of this node.  */
      clone() {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** A plain JavaScript representation of this node. */
      toJS(doc, { mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        if (!identity.isDocument(doc))
          throw new TypeError("A document argument is required");
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc,
          keep: true,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this, "", ctx);
        if (typeof onAnchor === "function")
          for (const { count, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
    };
    exports2.NodeBase = NodeBase;
  }
});

// node_modules/yaml/dist/nodes/Alias.js
var require_Alias = __commonJS({
  "node_modules/yaml/dist/nodes/Alias.js"(exports2) {
    "use strict";
    var anchors = require_anchors();
    var visit2 = require_visit();
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var Alias = class extends Node.NodeBase {
      constructor(source) {
        super(identity.ALIAS);
        this.source = source;
        Object.defineProperty(this, "tag", {
          set() {
            throw new Error("Alias nodes cannot have tags");
          }
        });
      }
      /**
       * Resolve the value of this alias within `doc`, finding the last
       * instance of the `source` anchor before this node.
       */
      resolve(doc, ctx) {
        if (ctx?.maxAliasCount === 0)
          throw new ReferenceError("Alias resolution is disabled");
        let nodes;
        if (ctx?.aliasResolveCache) {
          nodes = ctx.aliasResolveCache;
        } else {
          nodes = [];
          visit2.visit(doc, {
            Node: (_key, node) => {
              if (identity.isAlias(node) || identity.hasAnchor(node))
                nodes.push(node);
            }
          });
          if (ctx)
            ctx.aliasResolveCache = nodes;
        }
        let found = void 0;
        for (const node of nodes) {
          if (node === this)
            break;
          if (node.anchor === this.source)
            found = node;
        }
        if (found && ctx) {
          const { anchors: anchors2, doc: doc2, maxAliasCount } = ctx;
          let data = anchors2.get(found);
          if (!data) {
            toJS.toJS(found, null, ctx);
            data = anchors2.get(found);
          }
          if (data?.res === void 0) {
            const msg = "This should not happen: Alias anchor was not resolved?";
            throw new ReferenceError(msg);
          }
          if (maxAliasCount >= 0) {
            data.count += 1;
            if (data.aliasCount === 0)
              data.aliasCount = getAliasCount(doc2, found, anchors2);
            if (data.count * data.aliasCount > maxAliasCount) {
              const msg = "Excessive alias count indicates a resource exhaustion attack";
              throw new ReferenceError(msg);
            }
          }
        }
        return found;
      }
      toJSON(_arg, ctx) {
        if (!ctx)
          return { source: this.source };
        const source = this.resolve(ctx.doc, ctx);
        if (!source) {
          const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
          throw new ReferenceError(msg);
        }
        return ctx.anchors.get(source).res;
      }
      toString(ctx, _onComment, _onChompKeep) {
        const src = `*${this.source}`;
        if (ctx) {
          anchors.anchorIsValid(this.source);
          if (ctx.options.verifyAliasOrder && !ctx.anchors.has(this.source)) {
            const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
            throw new Error(msg);
          }
          if (ctx.implicitKey)
            return `${src} `;
        }
        return src;
      }
    };
    function getAliasCount(doc, node, anchors2) {
      if (identity.isAlias(node)) {
        const source = node.resolve(doc);
        const anchor = anchors2 && source && anchors2.get(source);
        return anchor ? anchor.count * anchor.aliasCount : 0;
      } else if (identity.isCollection(node)) {
        let count = 0;
        for (const item of node.items) {
          const c = getAliasCount(doc, item, anchors2);
          if (c > count)
            count = c;
        }
        return count;
      } else if (identity.isPair(node)) {
        const kc = getAliasCount(doc, node.key, anchors2);
        const vc = getAliasCount(doc, node.value, anchors2);
        return Math.max(kc, vc);
      }
      return 1;
    }
    exports2.Alias = Alias;
  }
});

// node_modules/yaml/dist/nodes/Scalar.js
var require_Scalar = __commonJS({
  "node_modules/yaml/dist/nodes/Scalar.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var isScalarValue = (value) => !value || typeof value !== "function" && typeof value !== "object";
    var Scalar3 = class extends Node.NodeBase {
      constructor(value) {
        super(identity.SCALAR);
        this.value = value;
      }
      toJSON(arg, ctx) {
        return ctx?.keep ? this.value : toJS.toJS(this.value, arg, ctx);
      }
      toString() {
        return String(this.value);
      }
    };
    Scalar3.BLOCK_FOLDED = "BLOCK_FOLDED";
    Scalar3.BLOCK_LITERAL = "BLOCK_LITERAL";
    Scalar3.PLAIN = "PLAIN";
    Scalar3.QUOTE_DOUBLE = "QUOTE_DOUBLE";
    Scalar3.QUOTE_SINGLE = "QUOTE_SINGLE";
    exports2.Scalar = Scalar3;
    exports2.isScalarValue = isScalarValue;
  }
});

// node_modules/yaml/dist/doc/createNode.js
var require_createNode = __commonJS({
  "node_modules/yaml/dist/doc/createNode.js"(exports2) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var defaultTagPrefix = "tag:yaml.org,2002:";
    function findTagObject(value, tagName, tags2) {
      if (tagName) {
        const match = tags2.filter((t) => t.tag === tagName);
        const tagObj = match.find((t) => !t.format) ?? match[0];
        if (!tagObj)
          throw new Error(`Tag ${tagName} not found`);
        return tagObj;
      }
      return tags2.find((t) => t.identify?.(value) && !t.format);
    }
    function createNode(value, tagName, ctx) {
      if (identity.isDocument(value))
        value = value.contents;
      if (identity.isNode(value))
        return value;
      if (identity.isPair(value)) {
        const map = ctx.schema[identity.MAP].createNode?.(ctx.schema, null, ctx);
        map.items.push(value);
        return map;
      }
      if (value instanceof String || value instanceof Number || value instanceof Boolean || typeof BigInt !== "undefined" && value instanceof BigInt) {
        value = value.valueOf();
      }
      const { aliasDuplicateObjects, onAnchor, onTagObj, schema, sourceObjects } = ctx;
      let ref = void 0;
      if (aliasDuplicateObjects && value && typeof value === "object") {
        ref = sourceObjects.get(value);
        if (ref) {
          ref.anchor ?? (ref.anchor = onAnchor(value));
          return new Alias.Alias(ref.anchor);
        } else {
          ref = { anchor: null, node: null };
          sourceObjects.set(value, ref);
        }
      }
      if (tagName?.startsWith("!!"))
        tagName = defaultTagPrefix + tagName.slice(2);
      let tagObj = findTagObject(value, tagName, schema.tags);
      if (!tagObj) {
        if (value && typeof value.toJSON === "function") {
          value = value.toJSON();
        }
        if (!value || typeof value !== "object") {
          const node2 = new Scalar3.Scalar(value);
          if (ref)
            ref.node = node2;
          return node2;
        }
        tagObj = value instanceof Map ? schema[identity.MAP] : Symbol.iterator in Object(value) ? schema[identity.SEQ] : schema[identity.MAP];
      }
      if (onTagObj) {
        onTagObj(tagObj);
        delete ctx.onTagObj;
      }
      const node = tagObj?.createNode ? tagObj.createNode(ctx.schema, value, ctx) : typeof tagObj?.nodeClass?.from === "function" ? tagObj.nodeClass.from(ctx.schema, value, ctx) : new Scalar3.Scalar(value);
      if (tagName)
        node.tag = tagName;
      else if (!tagObj.default)
        node.tag = tagObj.tag;
      if (ref)
        ref.node = node;
      return node;
    }
    exports2.createNode = createNode;
  }
});

// node_modules/yaml/dist/nodes/Collection.js
var require_Collection = __commonJS({
  "node_modules/yaml/dist/nodes/Collection.js"(exports2) {
    "use strict";
    var createNode = require_createNode();
    var identity = require_identity();
    var Node = require_Node();
    function collectionFromPath(schema, path6, value) {
      let v = value;
      for (let i = path6.length - 1; i >= 0; --i) {
        const k = path6[i];
        if (typeof k === "number" && Number.isInteger(k) && k >= 0) {
          const a = [];
          a[k] = v;
          v = a;
        } else {
          v = /* @__PURE__ */ new Map([[k, v]]);
        }
      }
      return createNode.createNode(v, void 0, {
        aliasDuplicateObjects: false,
        keepUndefined: false,
        onAnchor: () => {
          throw new Error("This should not happen, please report a bug.");
        },
        schema,
        sourceObjects: /* @__PURE__ */ new Map()
      });
    }
    var isEmptyPath = (path6) => path6 == null || typeof path6 === "object" && !!path6[Symbol.iterator]().next().done;
    var Collection = class extends Node.NodeBase {
      constructor(type, schema) {
        super(type);
        Object.defineProperty(this, "schema", {
          value: schema,
          configurable: true,
          enumerable: false,
          writable: true
        });
      }
      /**
       * Create a copy of this collection.
       *
       * @param schema - If defined, overwrites the original's schema
       */
      clone(schema) {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (schema)
          copy.schema = schema;
        copy.items = copy.items.map((it) => identity.isNode(it) || identity.isPair(it) ? it.clone(schema) : it);
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /**
       * Adds a value to the collection. For `!!map` and `!!omap` the value must
       * be a Pair instance or a `{ key, value }` object, which may not have a key
       * that already exists in the map.
       */
      addIn(path6, value) {
        if (isEmptyPath(path6))
          this.add(value);
        else {
          const [key, ...rest] = path6;
          const node = this.get(key, true);
          if (identity.isCollection(node))
            node.addIn(rest, value);
          else if (node === void 0 && this.schema)
            this.set(key, collectionFromPath(this.schema, rest, value));
          else
            throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
        }
      }
      /**
       * Removes a value from the collection.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path6) {
        const [key, ...rest] = path6;
        if (rest.length === 0)
          return this.delete(key);
        const node = this.get(key, true);
        if (identity.isCollection(node))
          return node.deleteIn(rest);
        else
          throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path6, keepScalar) {
        const [key, ...rest] = path6;
        const node = this.get(key, true);
        if (rest.length === 0)
          return !keepScalar && identity.isScalar(node) ? node.value : node;
        else
          return identity.isCollection(node) ? node.getIn(rest, keepScalar) : void 0;
      }
      hasAllNullValues(allowScalar) {
        return this.items.every((node) => {
          if (!identity.isPair(node))
            return false;
          const n = node.value;
          return n == null || allowScalar && identity.isScalar(n) && n.value == null && !n.commentBefore && !n.comment && !n.tag;
        });
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       */
      hasIn(path6) {
        const [key, ...rest] = path6;
        if (rest.length === 0)
          return this.has(key);
        const node = this.get(key, true);
        return identity.isCollection(node) ? node.hasIn(rest) : false;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path6, value) {
        const [key, ...rest] = path6;
        if (rest.length === 0) {
          this.set(key, value);
        } else {
          const node = this.get(key, true);
          if (identity.isCollection(node))
            node.setIn(rest, value);
          else if (node === void 0 && this.schema)
            this.set(key, collectionFromPath(this.schema, rest, value));
          else
            throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
        }
      }
    };
    exports2.Collection = Collection;
    exports2.collectionFromPath = collectionFromPath;
    exports2.isEmptyPath = isEmptyPath;
  }
});

// node_modules/yaml/dist/stringify/stringifyComment.js
var require_stringifyComment = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyComment.js"(exports2) {
    "use strict";
    var stringifyComment = (str) => str.replace(/^(?!$)(?: $)?/gm, "#");
    function indentComment(comment, indent) {
      if (/^\n+$/.test(comment))
        return comment.substring(1);
      return indent ? comment.replace(/^(?! *$)/gm, indent) : comment;
    }
    var lineComment = (str, indent, comment) => str.endsWith("\n") ? indentComment(comment, indent) : comment.includes("\n") ? "\n" + indentComment(comment, indent) : (str.endsWith(" ") ? "" : " ") + comment;
    exports2.indentComment = indentComment;
    exports2.lineComment = lineComment;
    exports2.stringifyComment = stringifyComment;
  }
});

// node_modules/yaml/dist/stringify/foldFlowLines.js
var require_foldFlowLines = __commonJS({
  "node_modules/yaml/dist/stringify/foldFlowLines.js"(exports2) {
    "use strict";
    var FOLD_FLOW = "flow";
    var FOLD_BLOCK = "block";
    var FOLD_QUOTED = "quoted";
    function foldFlowLines(text4, indent, mode = "flow", { indentAtStart, lineWidth = 80, minContentWidth = 20, onFold, onOverflow } = {}) {
      if (!lineWidth || lineWidth < 0)
        return text4;
      if (lineWidth < minContentWidth)
        minContentWidth = 0;
      const endStep = Math.max(1 + minContentWidth, 1 + lineWidth - indent.length);
      if (text4.length <= endStep)
        return text4;
      const folds = [];
      const escapedFolds = {};
      let end = lineWidth - indent.length;
      if (typeof indentAtStart === "number") {
        if (indentAtStart > lineWidth - Math.max(2, minContentWidth))
          folds.push(0);
        else
          end = lineWidth - indentAtStart;
      }
      let split = void 0;
      let prev = void 0;
      let overflow = false;
      let i = -1;
      let escStart = -1;
      let escEnd = -1;
      if (mode === FOLD_BLOCK) {
        i = consumeMoreIndentedLines(text4, i, indent.length);
        if (i !== -1)
          end = i + endStep;
      }
      for (let ch; ch = text4[i += 1]; ) {
        if (mode === FOLD_QUOTED && ch === "\\") {
          escStart = i;
          switch (text4[i + 1]) {
            case "x":
              i += 3;
              break;
            case "u":
              i += 5;
              break;
            case "U":
              i += 9;
              break;
            default:
              i += 1;
          }
          escEnd = i;
        }
        if (ch === "\n") {
          if (mode === FOLD_BLOCK)
            i = consumeMoreIndentedLines(text4, i, indent.length);
          end = i + indent.length + endStep;
          split = void 0;
        } else {
          if (ch === " " && prev && prev !== " " && prev !== "\n" && prev !== "	") {
            const next2 = text4[i + 1];
            if (next2 && next2 !== " " && next2 !== "\n" && next2 !== "	")
              split = i;
          }
          if (i >= end) {
            if (split) {
              folds.push(split);
              end = split + endStep;
              split = void 0;
            } else if (mode === FOLD_QUOTED) {
              while (prev === " " || prev === "	") {
                prev = ch;
                ch = text4[i += 1];
                overflow = true;
              }
              const j = i > escEnd + 1 ? i - 2 : escStart - 1;
              if (escapedFolds[j])
                return text4;
              folds.push(j);
              escapedFolds[j] = true;
              end = j + endStep;
              split = void 0;
            } else {
              overflow = true;
            }
          }
        }
        prev = ch;
      }
      if (overflow && onOverflow)
        onOverflow();
      if (folds.length === 0)
        return text4;
      if (onFold)
        onFold();
      let res = text4.slice(0, folds[0]);
      for (let i2 = 0; i2 < folds.length; ++i2) {
        const fold = folds[i2];
        const end2 = folds[i2 + 1] || text4.length;
        if (fold === 0)
          res = `
${indent}${text4.slice(0, end2)}`;
        else {
          if (mode === FOLD_QUOTED && escapedFolds[fold])
            res += `${text4[fold]}\\`;
          res += `
${indent}${text4.slice(fold + 1, end2)}`;
        }
      }
      return res;
    }
    function consumeMoreIndentedLines(text4, i, indent) {
      let end = i;
      let start = i + 1;
      let ch = text4[start];
      while (ch === " " || ch === "	") {
        if (i < start + indent) {
          ch = text4[++i];
        } else {
          do {
            ch = text4[++i];
          } while (ch && ch !== "\n");
          end = i;
          start = i + 1;
          ch = text4[start];
        }
      }
      return end;
    }
    exports2.FOLD_BLOCK = FOLD_BLOCK;
    exports2.FOLD_FLOW = FOLD_FLOW;
    exports2.FOLD_QUOTED = FOLD_QUOTED;
    exports2.foldFlowLines = foldFlowLines;
  }
});

// node_modules/yaml/dist/stringify/stringifyString.js
var require_stringifyString = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyString.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var foldFlowLines = require_foldFlowLines();
    var getFoldOptions = (ctx, isBlock) => ({
      indentAtStart: isBlock ? ctx.indent.length : ctx.indentAtStart,
      lineWidth: ctx.options.lineWidth,
      minContentWidth: ctx.options.minContentWidth
    });
    var containsDocumentMarker = (str) => /^(%|---|\.\.\.)/m.test(str);
    function lineLengthOverLimit(str, lineWidth, indentLength) {
      if (!lineWidth || lineWidth < 0)
        return false;
      const limit = lineWidth - indentLength;
      const strLen = str.length;
      if (strLen <= limit)
        return false;
      for (let i = 0, start = 0; i < strLen; ++i) {
        if (str[i] === "\n") {
          if (i - start > limit)
            return true;
          start = i + 1;
          if (strLen - start <= limit)
            return false;
        }
      }
      return true;
    }
    function doubleQuotedString(value, ctx) {
      const json2 = JSON.stringify(value);
      if (ctx.options.doubleQuotedAsJSON)
        return json2;
      const { implicitKey } = ctx;
      const minMultiLineLength = ctx.options.doubleQuotedMinMultiLineLength;
      const indent = ctx.indent || (containsDocumentMarker(value) ? "  " : "");
      let str = "";
      let start = 0;
      for (let i = 0, ch = json2[i]; ch; ch = json2[++i]) {
        if (ch === " " && json2[i + 1] === "\\" && json2[i + 2] === "n") {
          str += json2.slice(start, i) + "\\ ";
          i += 1;
          start = i;
          ch = "\\";
        }
        if (ch === "\\")
          switch (json2[i + 1]) {
            case "u":
              {
                str += json2.slice(start, i);
                const code2 = json2.substr(i + 2, 4);
                switch (code2) {
                  case "0000":
                    str += "\\0";
                    break;
                  case "0007":
                    str += "\\a";
                    break;
                  case "000b":
                    str += "\\v";
                    break;
                  case "001b":
                    str += "\\e";
                    break;
                  case "0085":
                    str += "\\N";
                    break;
                  case "00a0":
                    str += "\\_";
                    break;
                  case "2028":
                    str += "\\L";
                    break;
                  case "2029":
                    str += "\\P";
                    break;
                  default:
                    if (code2.substr(0, 2) === "00")
                      str += "\\x" + code2.substr(2);
                    else
                      str += json2.substr(i, 6);
                }
                i += 5;
                start = i + 1;
              }
              break;
            case "n":
              if (implicitKey || json2[i + 2] === '"' || json2.length < minMultiLineLength) {
                i += 1;
              } else {
                str += json2.slice(start, i) + "\n\n";
                while (json2[i + 2] === "\\" && json2[i + 3] === "n" && json2[i + 4] !== '"') {
                  str += "\n";
                  i += 2;
                }
                str += indent;
                if (json2[i + 2] === " ")
                  str += "\\";
                i += 1;
                start = i + 1;
              }
              break;
            default:
              i += 1;
          }
      }
      str = start ? str + json2.slice(start) : json2;
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_QUOTED, getFoldOptions(ctx, false));
    }
    function singleQuotedString(value, ctx) {
      if (ctx.options.singleQuote === false || ctx.implicitKey && value.includes("\n") || /[ \t]\n|\n[ \t]/.test(value))
        return doubleQuotedString(value, ctx);
      const indent = ctx.indent || (containsDocumentMarker(value) ? "  " : "");
      const res = "'" + value.replace(/'/g, "''").replace(/\n+/g, `$&
${indent}`) + "'";
      return ctx.implicitKey ? res : foldFlowLines.foldFlowLines(res, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function quotedString(value, ctx) {
      const { singleQuote } = ctx.options;
      let qs;
      if (singleQuote === false)
        qs = doubleQuotedString;
      else {
        const hasDouble = value.includes('"');
        const hasSingle = value.includes("'");
        if (hasDouble && !hasSingle)
          qs = singleQuotedString;
        else if (hasSingle && !hasDouble)
          qs = doubleQuotedString;
        else
          qs = singleQuote ? singleQuotedString : doubleQuotedString;
      }
      return qs(value, ctx);
    }
    var blockEndNewlines;
    try {
      blockEndNewlines = new RegExp("(^|(?<!\n))\n+(?!\n|$)", "g");
    } catch {
      blockEndNewlines = /\n+(?!\n|$)/g;
    }
    function blockString({ comment, type, value }, ctx, onComment, onChompKeep) {
      const { blockQuote, commentString, lineWidth } = ctx.options;
      if (!blockQuote || /\n[\t ]+$/.test(value)) {
        return quotedString(value, ctx);
      }
      const indent = ctx.indent || (ctx.forceBlockIndent || containsDocumentMarker(value) ? "  " : "");
      const literal2 = blockQuote === "literal" ? true : blockQuote === "folded" || type === Scalar3.Scalar.BLOCK_FOLDED ? false : type === Scalar3.Scalar.BLOCK_LITERAL ? true : !lineLengthOverLimit(value, lineWidth, indent.length);
      if (!value)
        return literal2 ? "|\n" : ">\n";
      let chomp;
      let endStart;
      for (endStart = value.length; endStart > 0; --endStart) {
        const ch = value[endStart - 1];
        if (ch !== "\n" && ch !== "	" && ch !== " ")
          break;
      }
      let end = value.substring(endStart);
      const endNlPos = end.indexOf("\n");
      if (endNlPos === -1) {
        chomp = "-";
      } else if (value === end || endNlPos !== end.length - 1) {
        chomp = "+";
        if (onChompKeep)
          onChompKeep();
      } else {
        chomp = "";
      }
      if (end) {
        value = value.slice(0, -end.length);
        if (end[end.length - 1] === "\n")
          end = end.slice(0, -1);
        end = end.replace(blockEndNewlines, `$&${indent}`);
      }
      let startWithSpace = false;
      let startEnd;
      let startNlPos = -1;
      for (startEnd = 0; startEnd < value.length; ++startEnd) {
        const ch = value[startEnd];
        if (ch === " ")
          startWithSpace = true;
        else if (ch === "\n")
          startNlPos = startEnd;
        else
          break;
      }
      let start = value.substring(0, startNlPos < startEnd ? startNlPos + 1 : startEnd);
      if (start) {
        value = value.substring(start.length);
        start = start.replace(/\n+/g, `$&${indent}`);
      }
      const indentSize = indent ? "2" : "1";
      let header2 = (startWithSpace ? indentSize : "") + chomp;
      if (comment) {
        header2 += " " + commentString(comment.replace(/ ?[\r\n]+/g, " "));
        if (onComment)
          onComment();
      }
      if (!literal2) {
        const foldedValue = value.replace(/\n+/g, "\n$&").replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g, "$1$2").replace(/\n+/g, `$&${indent}`);
        let literalFallback = false;
        const foldOptions = getFoldOptions(ctx, true);
        if (blockQuote !== "folded" && type !== Scalar3.Scalar.BLOCK_FOLDED) {
          foldOptions.onOverflow = () => {
            literalFallback = true;
          };
        }
        const body = foldFlowLines.foldFlowLines(`${start}${foldedValue}${end}`, indent, foldFlowLines.FOLD_BLOCK, foldOptions);
        if (!literalFallback)
          return `>${header2}
${indent}${body}`;
      }
      value = value.replace(/\n+/g, `$&${indent}`);
      return `|${header2}
${indent}${start}${value}${end}`;
    }
    function plainString(item, ctx, onComment, onChompKeep) {
      const { type, value } = item;
      const { actualString, implicitKey, indent, indentStep, inFlow } = ctx;
      if (implicitKey && value.includes("\n") || inFlow && /[[\]{},]/.test(value)) {
        return quotedString(value, ctx);
      }
      if (/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(value)) {
        return implicitKey || inFlow || !value.includes("\n") ? quotedString(value, ctx) : blockString(item, ctx, onComment, onChompKeep);
      }
      if (!implicitKey && !inFlow && type !== Scalar3.Scalar.PLAIN && value.includes("\n")) {
        return blockString(item, ctx, onComment, onChompKeep);
      }
      if (containsDocumentMarker(value)) {
        if (indent === "") {
          ctx.forceBlockIndent = true;
          return blockString(item, ctx, onComment, onChompKeep);
        } else if (implicitKey && indent === indentStep) {
          return quotedString(value, ctx);
        }
      }
      const str = value.replace(/\n+/g, `$&
${indent}`);
      if (actualString) {
        const test = (tag2) => tag2.default && tag2.tag !== "tag:yaml.org,2002:str" && tag2.test?.test(str);
        const { compat, tags: tags2 } = ctx.doc.schema;
        if (tags2.some(test) || compat?.some(test))
          return quotedString(value, ctx);
      }
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function stringifyString(item, ctx, onComment, onChompKeep) {
      const { implicitKey, inFlow } = ctx;
      const ss = typeof item.value === "string" ? item : Object.assign({}, item, { value: String(item.value) });
      let { type } = item;
      if (type !== Scalar3.Scalar.QUOTE_DOUBLE) {
        if (/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(ss.value))
          type = Scalar3.Scalar.QUOTE_DOUBLE;
      }
      const _stringify2 = (_type) => {
        switch (_type) {
          case Scalar3.Scalar.BLOCK_FOLDED:
          case Scalar3.Scalar.BLOCK_LITERAL:
            return implicitKey || inFlow ? quotedString(ss.value, ctx) : blockString(ss, ctx, onComment, onChompKeep);
          case Scalar3.Scalar.QUOTE_DOUBLE:
            return doubleQuotedString(ss.value, ctx);
          case Scalar3.Scalar.QUOTE_SINGLE:
            return singleQuotedString(ss.value, ctx);
          case Scalar3.Scalar.PLAIN:
            return plainString(ss, ctx, onComment, onChompKeep);
          default:
            return null;
        }
      };
      let res = _stringify2(type);
      if (res === null) {
        const { defaultKeyType, defaultStringType } = ctx.options;
        const t = implicitKey && defaultKeyType || defaultStringType;
        res = _stringify2(t);
        if (res === null)
          throw new Error(`Unsupported default string type ${t}`);
      }
      return res;
    }
    exports2.stringifyString = stringifyString;
  }
});

// node_modules/yaml/dist/stringify/stringify.js
var require_stringify = __commonJS({
  "node_modules/yaml/dist/stringify/stringify.js"(exports2) {
    "use strict";
    var anchors = require_anchors();
    var identity = require_identity();
    var stringifyComment = require_stringifyComment();
    var stringifyString = require_stringifyString();
    function createStringifyContext(doc, options) {
      const opt = Object.assign({
        blockQuote: true,
        commentString: stringifyComment.stringifyComment,
        defaultKeyType: null,
        defaultStringType: "PLAIN",
        directives: null,
        doubleQuotedAsJSON: false,
        doubleQuotedMinMultiLineLength: 40,
        falseStr: "false",
        flowCollectionPadding: true,
        indentSeq: true,
        lineWidth: 80,
        minContentWidth: 20,
        nullStr: "null",
        simpleKeys: false,
        singleQuote: null,
        trailingComma: false,
        trueStr: "true",
        verifyAliasOrder: true
      }, doc.schema.toStringOptions, options);
      let inFlow;
      switch (opt.collectionStyle) {
        case "block":
          inFlow = false;
          break;
        case "flow":
          inFlow = true;
          break;
        default:
          inFlow = null;
      }
      return {
        anchors: /* @__PURE__ */ new Set(),
        doc,
        flowCollectionPadding: opt.flowCollectionPadding ? " " : "",
        indent: "",
        indentStep: typeof opt.indent === "number" ? " ".repeat(opt.indent) : "  ",
        inFlow,
        options: opt
      };
    }
    function getTagObject(tags2, item) {
      if (item.tag) {
        const match = tags2.filter((t) => t.tag === item.tag);
        if (match.length > 0)
          return match.find((t) => t.format === item.format) ?? match[0];
      }
      let tagObj = void 0;
      let obj;
      if (identity.isScalar(item)) {
        obj = item.value;
        let match = tags2.filter((t) => t.identify?.(obj));
        if (match.length > 1) {
          const testMatch = match.filter((t) => t.test);
          if (testMatch.length > 0)
            match = testMatch;
        }
        tagObj = match.find((t) => t.format === item.format) ?? match.find((t) => !t.format);
      } else {
        obj = item;
        tagObj = tags2.find((t) => t.nodeClass && obj instanceof t.nodeClass);
      }
      if (!tagObj) {
        const name = obj?.constructor?.name ?? (obj === null ? "null" : typeof obj);
        throw new Error(`Tag not resolved for ${name} value`);
      }
      return tagObj;
    }
    function stringifyProps(node, tagObj, { anchors: anchors$1, doc }) {
      if (!doc.directives)
        return "";
      const props = [];
      const anchor = (identity.isScalar(node) || identity.isCollection(node)) && node.anchor;
      if (anchor && anchors.anchorIsValid(anchor)) {
        anchors$1.add(anchor);
        props.push(`&${anchor}`);
      }
      const tag2 = node.tag ?? (tagObj.default ? null : tagObj.tag);
      if (tag2)
        props.push(doc.directives.tagString(tag2));
      return props.join(" ");
    }
    function stringify(item, ctx, onComment, onChompKeep) {
      if (identity.isPair(item))
        return item.toString(ctx, onComment, onChompKeep);
      if (identity.isAlias(item)) {
        if (ctx.doc.directives)
          return item.toString(ctx);
        if (ctx.resolvedAliases?.has(item)) {
          throw new TypeError(`Cannot stringify circular structure without alias nodes`);
        } else {
          if (ctx.resolvedAliases)
            ctx.resolvedAliases.add(item);
          else
            ctx.resolvedAliases = /* @__PURE__ */ new Set([item]);
          item = item.resolve(ctx.doc);
        }
      }
      let tagObj = void 0;
      const node = identity.isNode(item) ? item : ctx.doc.createNode(item, { onTagObj: (o) => tagObj = o });
      tagObj ?? (tagObj = getTagObject(ctx.doc.schema.tags, node));
      const props = stringifyProps(node, tagObj, ctx);
      if (props.length > 0)
        ctx.indentAtStart = (ctx.indentAtStart ?? 0) + props.length + 1;
      const str = typeof tagObj.stringify === "function" ? tagObj.stringify(node, ctx, onComment, onChompKeep) : identity.isScalar(node) ? stringifyString.stringifyString(node, ctx, onComment, onChompKeep) : node.toString(ctx, onComment, onChompKeep);
      if (!props)
        return str;
      return identity.isScalar(node) || str[0] === "{" || str[0] === "[" ? `${props} ${str}` : `${props}
${ctx.indent}${str}`;
    }
    exports2.createStringifyContext = createStringifyContext;
    exports2.stringify = stringify;
  }
});

// node_modules/yaml/dist/stringify/stringifyPair.js
var require_stringifyPair = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyPair.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var stringify = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyPair({ key, value }, ctx, onComment, onChompKeep) {
      const { allNullValues, doc, indent, indentStep, options: { commentString, indentSeq, simpleKeys } } = ctx;
      let keyComment = identity.isNode(key) && key.comment || null;
      if (simpleKeys) {
        if (keyComment) {
          throw new Error("With simple keys, key nodes cannot have comments");
        }
        if (identity.isCollection(key) || !identity.isNode(key) && typeof key === "object") {
          const msg = "With simple keys, collection cannot be used as a key value";
          throw new Error(msg);
        }
      }
      let explicitKey = !simpleKeys && (!key || keyComment && value == null && !ctx.inFlow || identity.isCollection(key) || (identity.isScalar(key) ? key.type === Scalar3.Scalar.BLOCK_FOLDED || key.type === Scalar3.Scalar.BLOCK_LITERAL : typeof key === "object"));
      ctx = Object.assign({}, ctx, {
        allNullValues: false,
        implicitKey: !explicitKey && (simpleKeys || !allNullValues),
        indent: indent + indentStep
      });
      let keyCommentDone = false;
      let chompKeep = false;
      let str = stringify.stringify(key, ctx, () => keyCommentDone = true, () => chompKeep = true);
      if (!explicitKey && !ctx.inFlow && str.length > 1024) {
        if (simpleKeys)
          throw new Error("With simple keys, single line scalar must not span more than 1024 characters");
        explicitKey = true;
      }
      if (ctx.inFlow) {
        if (allNullValues || value == null) {
          if (keyCommentDone && onComment)
            onComment();
          return str === "" ? "?" : explicitKey ? `? ${str}` : str;
        }
      } else if (allNullValues && !simpleKeys || value == null && explicitKey) {
        str = `? ${str}`;
        if (keyComment && !keyCommentDone) {
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        } else if (chompKeep && onChompKeep)
          onChompKeep();
        return str;
      }
      if (keyCommentDone)
        keyComment = null;
      if (explicitKey) {
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        str = `? ${str}
${indent}:`;
      } else {
        str = `${str}:`;
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
      }
      let vsb, vcb, valueComment;
      if (identity.isNode(value)) {
        vsb = !!value.spaceBefore;
        vcb = value.commentBefore;
        valueComment = value.comment;
      } else {
        vsb = false;
        vcb = null;
        valueComment = null;
        if (value && typeof value === "object")
          value = doc.createNode(value);
      }
      ctx.implicitKey = false;
      if (!explicitKey && !keyComment && identity.isScalar(value))
        ctx.indentAtStart = str.length + 1;
      chompKeep = false;
      if (!indentSeq && indentStep.length >= 2 && !ctx.inFlow && !explicitKey && identity.isSeq(value) && !value.flow && !value.tag && !value.anchor) {
        ctx.indent = ctx.indent.substring(2);
      }
      let valueCommentDone = false;
      const valueStr = stringify.stringify(value, ctx, () => valueCommentDone = true, () => chompKeep = true);
      let ws = " ";
      if (keyComment || vsb || vcb) {
        ws = vsb ? "\n" : "";
        if (vcb) {
          const cs = commentString(vcb);
          ws += `
${stringifyComment.indentComment(cs, ctx.indent)}`;
        }
        if (valueStr === "" && !ctx.inFlow) {
          if (ws === "\n" && valueComment)
            ws = "\n\n";
        } else {
          ws += `
${ctx.indent}`;
        }
      } else if (!explicitKey && identity.isCollection(value)) {
        const vs0 = valueStr[0];
        const nl0 = valueStr.indexOf("\n");
        const hasNewline = nl0 !== -1;
        const flow = ctx.inFlow ?? value.flow ?? value.items.length === 0;
        if (hasNewline || !flow) {
          let hasPropsLine = false;
          if (hasNewline && (vs0 === "&" || vs0 === "!")) {
            let sp0 = valueStr.indexOf(" ");
            if (vs0 === "&" && sp0 !== -1 && sp0 < nl0 && valueStr[sp0 + 1] === "!") {
              sp0 = valueStr.indexOf(" ", sp0 + 1);
            }
            if (sp0 === -1 || nl0 < sp0)
              hasPropsLine = true;
          }
          if (!hasPropsLine)
            ws = `
${ctx.indent}`;
        }
      } else if (valueStr === "" || valueStr[0] === "\n") {
        ws = "";
      }
      str += ws + valueStr;
      if (ctx.inFlow) {
        if (valueCommentDone && onComment)
          onComment();
      } else if (valueComment && !valueCommentDone) {
        str += stringifyComment.lineComment(str, ctx.indent, commentString(valueComment));
      } else if (chompKeep && onChompKeep) {
        onChompKeep();
      }
      return str;
    }
    exports2.stringifyPair = stringifyPair;
  }
});

// node_modules/yaml/dist/log.js
var require_log = __commonJS({
  "node_modules/yaml/dist/log.js"(exports2) {
    "use strict";
    var node_process = require("process");
    function debug5(logLevel, ...messages) {
      if (logLevel === "debug")
        console.log(...messages);
    }
    function warn(logLevel, warning2) {
      if (logLevel === "debug" || logLevel === "warn") {
        if (typeof node_process.emitWarning === "function")
          node_process.emitWarning(warning2);
        else
          console.warn(warning2);
      }
    }
    exports2.debug = debug5;
    exports2.warn = warn;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/merge.js
var require_merge = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/merge.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var MERGE_KEY = "<<";
    var merge = {
      identify: (value) => value === MERGE_KEY || typeof value === "symbol" && value.description === MERGE_KEY,
      default: "key",
      tag: "tag:yaml.org,2002:merge",
      test: /^<<$/,
      resolve: () => Object.assign(new Scalar3.Scalar(Symbol(MERGE_KEY)), {
        addToJSMap: addMergeToJSMap
      }),
      stringify: () => MERGE_KEY
    };
    var isMergeKey = (ctx, key) => (merge.identify(key) || identity.isScalar(key) && (!key.type || key.type === Scalar3.Scalar.PLAIN) && merge.identify(key.value)) && ctx?.doc.schema.tags.some((tag2) => tag2.tag === merge.tag && tag2.default);
    function addMergeToJSMap(ctx, map, value) {
      const source = resolveAliasValue(ctx, value);
      if (identity.isSeq(source))
        for (const it of source.items)
          mergeValue(ctx, map, it);
      else if (Array.isArray(source))
        for (const it of source)
          mergeValue(ctx, map, it);
      else
        mergeValue(ctx, map, source);
    }
    function mergeValue(ctx, map, value) {
      const source = resolveAliasValue(ctx, value);
      if (!identity.isMap(source))
        throw new Error("Merge sources must be maps or map aliases");
      const srcMap = source.toJSON(null, ctx, Map);
      for (const [key, value2] of srcMap) {
        if (map instanceof Map) {
          if (!map.has(key))
            map.set(key, value2);
        } else if (map instanceof Set) {
          map.add(key);
        } else if (!Object.prototype.hasOwnProperty.call(map, key)) {
          Object.defineProperty(map, key, {
            value: value2,
            writable: true,
            enumerable: true,
            configurable: true
          });
        }
      }
      return map;
    }
    function resolveAliasValue(ctx, value) {
      return ctx && identity.isAlias(value) ? value.resolve(ctx.doc, ctx) : value;
    }
    exports2.addMergeToJSMap = addMergeToJSMap;
    exports2.isMergeKey = isMergeKey;
    exports2.merge = merge;
  }
});

// node_modules/yaml/dist/nodes/addPairToJSMap.js
var require_addPairToJSMap = __commonJS({
  "node_modules/yaml/dist/nodes/addPairToJSMap.js"(exports2) {
    "use strict";
    var log = require_log();
    var merge = require_merge();
    var stringify = require_stringify();
    var identity = require_identity();
    var toJS = require_toJS();
    function addPairToJSMap(ctx, map, { key, value }) {
      if (identity.isNode(key) && key.addToJSMap)
        key.addToJSMap(ctx, map, value);
      else if (merge.isMergeKey(ctx, key))
        merge.addMergeToJSMap(ctx, map, value);
      else {
        const jsKey = toJS.toJS(key, "", ctx);
        if (map instanceof Map) {
          map.set(jsKey, toJS.toJS(value, jsKey, ctx));
        } else if (map instanceof Set) {
          map.add(jsKey);
        } else {
          const stringKey = stringifyKey(key, jsKey, ctx);
          const jsValue = toJS.toJS(value, stringKey, ctx);
          if (stringKey in map)
            Object.defineProperty(map, stringKey, {
              value: jsValue,
              writable: true,
              enumerable: true,
              configurable: true
            });
          else
            map[stringKey] = jsValue;
        }
      }
      return map;
    }
    function stringifyKey(key, jsKey, ctx) {
      if (jsKey === null)
        return "";
      if (typeof jsKey !== "object")
        return String(jsKey);
      if (identity.isNode(key) && ctx?.doc) {
        const strCtx = stringify.createStringifyContext(ctx.doc, {});
        strCtx.anchors = /* @__PURE__ */ new Set();
        for (const node of ctx.anchors.keys())
          strCtx.anchors.add(node.anchor);
        strCtx.inFlow = true;
        strCtx.inStringifyKey = true;
        const strKey = key.toString(strCtx);
        if (!ctx.mapKeyWarned) {
          let jsonStr = JSON.stringify(strKey);
          if (jsonStr.length > 40)
            jsonStr = jsonStr.substring(0, 36) + '..."';
          log.warn(ctx.doc.options.logLevel, `Keys with collection values will be stringified due to JS Object restrictions: ${jsonStr}. Set mapAsMap: true to use object keys.`);
          ctx.mapKeyWarned = true;
        }
        return strKey;
      }
      return JSON.stringify(jsKey);
    }
    exports2.addPairToJSMap = addPairToJSMap;
  }
});

// node_modules/yaml/dist/nodes/Pair.js
var require_Pair = __commonJS({
  "node_modules/yaml/dist/nodes/Pair.js"(exports2) {
    "use strict";
    var createNode = require_createNode();
    var stringifyPair = require_stringifyPair();
    var addPairToJSMap = require_addPairToJSMap();
    var identity = require_identity();
    function createPair(key, value, ctx) {
      const k = createNode.createNode(key, void 0, ctx);
      const v = createNode.createNode(value, void 0, ctx);
      return new Pair(k, v);
    }
    var Pair = class _Pair {
      constructor(key, value = null) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.PAIR });
        this.key = key;
        this.value = value;
      }
      clone(schema) {
        let { key, value } = this;
        if (identity.isNode(key))
          key = key.clone(schema);
        if (identity.isNode(value))
          value = value.clone(schema);
        return new _Pair(key, value);
      }
      toJSON(_, ctx) {
        const pair = ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        return addPairToJSMap.addPairToJSMap(ctx, pair, this);
      }
      toString(ctx, onComment, onChompKeep) {
        return ctx?.doc ? stringifyPair.stringifyPair(this, ctx, onComment, onChompKeep) : JSON.stringify(this);
      }
    };
    exports2.Pair = Pair;
    exports2.createPair = createPair;
  }
});

// node_modules/yaml/dist/stringify/stringifyCollection.js
var require_stringifyCollection = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyCollection.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var stringify = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyCollection(collection, ctx, options) {
      const flow = ctx.inFlow ?? collection.flow;
      const stringify2 = flow ? stringifyFlowCollection : stringifyBlockCollection;
      return stringify2(collection, ctx, options);
    }
    function stringifyBlockCollection({ comment, items }, ctx, { blockItemPrefix, flowChars, itemIndent, onChompKeep, onComment }) {
      const { indent, options: { commentString } } = ctx;
      const itemCtx = Object.assign({}, ctx, { indent: itemIndent, type: null });
      let chompKeep = false;
      const lines2 = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment2 = null;
        if (identity.isNode(item)) {
          if (!chompKeep && item.spaceBefore)
            lines2.push("");
          addCommentBefore(ctx, lines2, item.commentBefore, chompKeep);
          if (item.comment)
            comment2 = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (!chompKeep && ik.spaceBefore)
              lines2.push("");
            addCommentBefore(ctx, lines2, ik.commentBefore, chompKeep);
          }
        }
        chompKeep = false;
        let str2 = stringify.stringify(item, itemCtx, () => comment2 = null, () => chompKeep = true);
        if (comment2)
          str2 += stringifyComment.lineComment(str2, itemIndent, commentString(comment2));
        if (chompKeep && comment2)
          chompKeep = false;
        lines2.push(blockItemPrefix + str2);
      }
      let str;
      if (lines2.length === 0) {
        str = flowChars.start + flowChars.end;
      } else {
        str = lines2[0];
        for (let i = 1; i < lines2.length; ++i) {
          const line2 = lines2[i];
          str += line2 ? `
${indent}${line2}` : "\n";
        }
      }
      if (comment) {
        str += "\n" + stringifyComment.indentComment(commentString(comment), indent);
        if (onComment)
          onComment();
      } else if (chompKeep && onChompKeep)
        onChompKeep();
      return str;
    }
    function stringifyFlowCollection({ items }, ctx, { flowChars, itemIndent }) {
      const { indent, indentStep, flowCollectionPadding: fcPadding, options: { commentString } } = ctx;
      itemIndent += indentStep;
      const itemCtx = Object.assign({}, ctx, {
        indent: itemIndent,
        inFlow: true,
        type: null
      });
      let reqNewline = false;
      let linesAtValue = 0;
      const lines2 = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment = null;
        if (identity.isNode(item)) {
          if (item.spaceBefore)
            lines2.push("");
          addCommentBefore(ctx, lines2, item.commentBefore, false);
          if (item.comment)
            comment = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (ik.spaceBefore)
              lines2.push("");
            addCommentBefore(ctx, lines2, ik.commentBefore, false);
            if (ik.comment)
              reqNewline = true;
          }
          const iv = identity.isNode(item.value) ? item.value : null;
          if (iv) {
            if (iv.comment)
              comment = iv.comment;
            if (iv.commentBefore)
              reqNewline = true;
          } else if (item.value == null && ik?.comment) {
            comment = ik.comment;
          }
        }
        if (comment)
          reqNewline = true;
        let str = stringify.stringify(item, itemCtx, () => comment = null);
        reqNewline || (reqNewline = lines2.length > linesAtValue || str.includes("\n"));
        if (i < items.length - 1) {
          str += ",";
        } else if (ctx.options.trailingComma) {
          if (ctx.options.lineWidth > 0) {
            reqNewline || (reqNewline = lines2.reduce((sum, line2) => sum + line2.length + 2, 2) + (str.length + 2) > ctx.options.lineWidth);
          }
          if (reqNewline) {
            str += ",";
          }
        }
        if (comment)
          str += stringifyComment.lineComment(str, itemIndent, commentString(comment));
        lines2.push(str);
        linesAtValue = lines2.length;
      }
      const { start, end } = flowChars;
      if (lines2.length === 0) {
        return start + end;
      } else {
        if (!reqNewline) {
          const len = lines2.reduce((sum, line2) => sum + line2.length + 2, 2);
          reqNewline = ctx.options.lineWidth > 0 && len > ctx.options.lineWidth;
        }
        if (reqNewline) {
          let str = start;
          for (const line2 of lines2)
            str += line2 ? `
${indentStep}${indent}${line2}` : "\n";
          return `${str}
${indent}${end}`;
        } else {
          return `${start}${fcPadding}${lines2.join(" ")}${fcPadding}${end}`;
        }
      }
    }
    function addCommentBefore({ indent, options: { commentString } }, lines2, comment, chompKeep) {
      if (comment && chompKeep)
        comment = comment.replace(/^\n+/, "");
      if (comment) {
        const ic = stringifyComment.indentComment(commentString(comment), indent);
        lines2.push(ic.trimStart());
      }
    }
    exports2.stringifyCollection = stringifyCollection;
  }
});

// node_modules/yaml/dist/nodes/YAMLMap.js
var require_YAMLMap = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLMap.js"(exports2) {
    "use strict";
    var stringifyCollection = require_stringifyCollection();
    var addPairToJSMap = require_addPairToJSMap();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar3 = require_Scalar();
    function findPair(items, key) {
      const k = identity.isScalar(key) ? key.value : key;
      for (const it of items) {
        if (identity.isPair(it)) {
          if (it.key === key || it.key === k)
            return it;
          if (identity.isScalar(it.key) && it.key.value === k)
            return it;
        }
      }
      return void 0;
    }
    var YAMLMap = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:map";
      }
      constructor(schema) {
        super(identity.MAP, schema);
        this.items = [];
      }
      /**
       * A generic collection parsing method that can be extended
       * to other node classes that inherit from YAMLMap
       */
      static from(schema, obj, ctx) {
        const { keepUndefined, replacer } = ctx;
        const map = new this(schema);
        const add = (key, value) => {
          if (typeof replacer === "function")
            value = replacer.call(obj, key, value);
          else if (Array.isArray(replacer) && !replacer.includes(key))
            return;
          if (value !== void 0 || keepUndefined)
            map.items.push(Pair.createPair(key, value, ctx));
        };
        if (obj instanceof Map) {
          for (const [key, value] of obj)
            add(key, value);
        } else if (obj && typeof obj === "object") {
          for (const key of Object.keys(obj))
            add(key, obj[key]);
        }
        if (typeof schema.sortMapEntries === "function") {
          map.items.sort(schema.sortMapEntries);
        }
        return map;
      }
      /**
       * Adds a value to the collection.
       *
       * @param overwrite - If not set `true`, using a key that is already in the
       *   collection will throw. Otherwise, overwrites the previous value.
       */
      add(pair, overwrite) {
        let _pair;
        if (identity.isPair(pair))
          _pair = pair;
        else if (!pair || typeof pair !== "object" || !("key" in pair)) {
          _pair = new Pair.Pair(pair, pair?.value);
        } else
          _pair = new Pair.Pair(pair.key, pair.value);
        const prev = findPair(this.items, _pair.key);
        const sortEntries = this.schema?.sortMapEntries;
        if (prev) {
          if (!overwrite)
            throw new Error(`Key ${_pair.key} already set`);
          if (identity.isScalar(prev.value) && Scalar3.isScalarValue(_pair.value))
            prev.value.value = _pair.value;
          else
            prev.value = _pair.value;
        } else if (sortEntries) {
          const i = this.items.findIndex((item) => sortEntries(_pair, item) < 0);
          if (i === -1)
            this.items.push(_pair);
          else
            this.items.splice(i, 0, _pair);
        } else {
          this.items.push(_pair);
        }
      }
      delete(key) {
        const it = findPair(this.items, key);
        if (!it)
          return false;
        const del = this.items.splice(this.items.indexOf(it), 1);
        return del.length > 0;
      }
      get(key, keepScalar) {
        const it = findPair(this.items, key);
        const node = it?.value;
        return (!keepScalar && identity.isScalar(node) ? node.value : node) ?? void 0;
      }
      has(key) {
        return !!findPair(this.items, key);
      }
      set(key, value) {
        this.add(new Pair.Pair(key, value), true);
      }
      /**
       * @param ctx - Conversion context, originally set in Document#toJS()
       * @param {Class} Type - If set, forces the returned collection type
       * @returns Instance of Type, Map, or Object
       */
      toJSON(_, ctx, Type) {
        const map = Type ? new Type() : ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const item of this.items)
          addPairToJSMap.addPairToJSMap(ctx, map, item);
        return map;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        for (const item of this.items) {
          if (!identity.isPair(item))
            throw new Error(`Map items must all be pairs; found ${JSON.stringify(item)} instead`);
        }
        if (!ctx.allNullValues && this.hasAllNullValues(false))
          ctx = Object.assign({}, ctx, { allNullValues: true });
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "",
          flowChars: { start: "{", end: "}" },
          itemIndent: ctx.indent || "",
          onChompKeep,
          onComment
        });
      }
    };
    exports2.YAMLMap = YAMLMap;
    exports2.findPair = findPair;
  }
});

// node_modules/yaml/dist/schema/common/map.js
var require_map = __commonJS({
  "node_modules/yaml/dist/schema/common/map.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var YAMLMap = require_YAMLMap();
    var map = {
      collection: "map",
      default: true,
      nodeClass: YAMLMap.YAMLMap,
      tag: "tag:yaml.org,2002:map",
      resolve(map2, onError) {
        if (!identity.isMap(map2))
          onError("Expected a mapping for this tag");
        return map2;
      },
      createNode: (schema, obj, ctx) => YAMLMap.YAMLMap.from(schema, obj, ctx)
    };
    exports2.map = map;
  }
});

// node_modules/yaml/dist/nodes/YAMLSeq.js
var require_YAMLSeq = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLSeq.js"(exports2) {
    "use strict";
    var createNode = require_createNode();
    var stringifyCollection = require_stringifyCollection();
    var Collection = require_Collection();
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var toJS = require_toJS();
    var YAMLSeq = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:seq";
      }
      constructor(schema) {
        super(identity.SEQ, schema);
        this.items = [];
      }
      add(value) {
        this.items.push(value);
      }
      /**
       * Removes a value from the collection.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       *
       * @returns `true` if the item was found and removed.
       */
      delete(key) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          return false;
        const del = this.items.splice(idx, 1);
        return del.length > 0;
      }
      get(key, keepScalar) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          return void 0;
        const it = this.items[idx];
        return !keepScalar && identity.isScalar(it) ? it.value : it;
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       */
      has(key) {
        const idx = asItemIndex(key);
        return typeof idx === "number" && idx < this.items.length;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       *
       * If `key` does not contain a representation of an integer, this will throw.
       * It may be wrapped in a `Scalar`.
       */
      set(key, value) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          throw new Error(`Expected a valid index, not ${key}.`);
        const prev = this.items[idx];
        if (identity.isScalar(prev) && Scalar3.isScalarValue(value))
          prev.value = value;
        else
          this.items[idx] = value;
      }
      toJSON(_, ctx) {
        const seq = [];
        if (ctx?.onCreate)
          ctx.onCreate(seq);
        let i = 0;
        for (const item of this.items)
          seq.push(toJS.toJS(item, String(i++), ctx));
        return seq;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "- ",
          flowChars: { start: "[", end: "]" },
          itemIndent: (ctx.indent || "") + "  ",
          onChompKeep,
          onComment
        });
      }
      static from(schema, obj, ctx) {
        const { replacer } = ctx;
        const seq = new this(schema);
        if (obj && Symbol.iterator in Object(obj)) {
          let i = 0;
          for (let it of obj) {
            if (typeof replacer === "function") {
              const key = obj instanceof Set ? it : String(i++);
              it = replacer.call(obj, key, it);
            }
            seq.items.push(createNode.createNode(it, void 0, ctx));
          }
        }
        return seq;
      }
    };
    function asItemIndex(key) {
      let idx = identity.isScalar(key) ? key.value : key;
      if (idx && typeof idx === "string")
        idx = Number(idx);
      return typeof idx === "number" && Number.isInteger(idx) && idx >= 0 ? idx : null;
    }
    exports2.YAMLSeq = YAMLSeq;
  }
});

// node_modules/yaml/dist/schema/common/seq.js
var require_seq = __commonJS({
  "node_modules/yaml/dist/schema/common/seq.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var YAMLSeq = require_YAMLSeq();
    var seq = {
      collection: "seq",
      default: true,
      nodeClass: YAMLSeq.YAMLSeq,
      tag: "tag:yaml.org,2002:seq",
      resolve(seq2, onError) {
        if (!identity.isSeq(seq2))
          onError("Expected a sequence for this tag");
        return seq2;
      },
      createNode: (schema, obj, ctx) => YAMLSeq.YAMLSeq.from(schema, obj, ctx)
    };
    exports2.seq = seq;
  }
});

// node_modules/yaml/dist/schema/common/string.js
var require_string = __commonJS({
  "node_modules/yaml/dist/schema/common/string.js"(exports2) {
    "use strict";
    var stringifyString = require_stringifyString();
    var string2 = {
      identify: (value) => typeof value === "string",
      default: true,
      tag: "tag:yaml.org,2002:str",
      resolve: (str) => str,
      stringify(item, ctx, onComment, onChompKeep) {
        ctx = Object.assign({ actualString: true }, ctx);
        return stringifyString.stringifyString(item, ctx, onComment, onChompKeep);
      }
    };
    exports2.string = string2;
  }
});

// node_modules/yaml/dist/schema/common/null.js
var require_null = __commonJS({
  "node_modules/yaml/dist/schema/common/null.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var nullTag = {
      identify: (value) => value == null,
      createNode: () => new Scalar3.Scalar(null),
      default: true,
      tag: "tag:yaml.org,2002:null",
      test: /^(?:~|[Nn]ull|NULL)?$/,
      resolve: () => new Scalar3.Scalar(null),
      stringify: ({ source }, ctx) => typeof source === "string" && nullTag.test.test(source) ? source : ctx.options.nullStr
    };
    exports2.nullTag = nullTag;
  }
});

// node_modules/yaml/dist/schema/core/bool.js
var require_bool = __commonJS({
  "node_modules/yaml/dist/schema/core/bool.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var boolTag = {
      identify: (value) => typeof value === "boolean",
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,
      resolve: (str) => new Scalar3.Scalar(str[0] === "t" || str[0] === "T"),
      stringify({ source, value }, ctx) {
        if (source && boolTag.test.test(source)) {
          const sv = source[0] === "t" || source[0] === "T";
          if (value === sv)
            return source;
        }
        return value ? ctx.options.trueStr : ctx.options.falseStr;
      }
    };
    exports2.boolTag = boolTag;
  }
});

// node_modules/yaml/dist/stringify/stringifyNumber.js
var require_stringifyNumber = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyNumber.js"(exports2) {
    "use strict";
    function stringifyNumber({ format, minFractionDigits, tag: tag2, value }) {
      if (typeof value === "bigint")
        return String(value);
      const num = typeof value === "number" ? value : Number(value);
      if (!isFinite(num))
        return isNaN(num) ? ".nan" : num < 0 ? "-.inf" : ".inf";
      let n = Object.is(value, -0) ? "-0" : JSON.stringify(value);
      if (!format && minFractionDigits && (!tag2 || tag2 === "tag:yaml.org,2002:float") && /^-?\d/.test(n) && !n.includes("e")) {
        let i = n.indexOf(".");
        if (i < 0) {
          i = n.length;
          n += ".";
        }
        let d = minFractionDigits - (n.length - i - 1);
        while (d-- > 0)
          n += "0";
      }
      return n;
    }
    exports2.stringifyNumber = stringifyNumber;
  }
});

// node_modules/yaml/dist/schema/core/float.js
var require_float = __commonJS({
  "node_modules/yaml/dist/schema/core/float.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,
      resolve(str) {
        const node = new Scalar3.Scalar(parseFloat(str));
        const dot = str.indexOf(".");
        if (dot !== -1 && str[str.length - 1] === "0")
          node.minFractionDigits = str.length - dot - 1;
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports2.float = float;
    exports2.floatExp = floatExp;
    exports2.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/core/int.js
var require_int = __commonJS({
  "node_modules/yaml/dist/schema/core/int.js"(exports2) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value) => typeof value === "bigint" || Number.isInteger(value);
    var intResolve = (str, offset, radix, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str.substring(offset), radix);
    function intStringify(node, radix, prefix) {
      const { value } = node;
      if (intIdentify(value) && value >= 0)
        return prefix + value.toString(radix);
      return stringifyNumber.stringifyNumber(node);
    }
    var intOct = {
      identify: (value) => intIdentify(value) && value >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^0o[0-7]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 8, opt),
      stringify: (node) => intStringify(node, 8, "0o")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: (value) => intIdentify(value) && value >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^0x[0-9a-fA-F]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports2.int = int;
    exports2.intHex = intHex;
    exports2.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/core/schema.js
var require_schema = __commonJS({
  "node_modules/yaml/dist/schema/core/schema.js"(exports2) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string2 = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = [
      map.map,
      seq.seq,
      string2.string,
      _null.nullTag,
      bool.boolTag,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float
    ];
    exports2.schema = schema;
  }
});

// node_modules/yaml/dist/schema/json/schema.js
var require_schema2 = __commonJS({
  "node_modules/yaml/dist/schema/json/schema.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var map = require_map();
    var seq = require_seq();
    function intIdentify(value) {
      return typeof value === "bigint" || Number.isInteger(value);
    }
    var stringifyJSON = ({ value }) => JSON.stringify(value);
    var jsonScalars = [
      {
        identify: (value) => typeof value === "string",
        default: true,
        tag: "tag:yaml.org,2002:str",
        resolve: (str) => str,
        stringify: stringifyJSON
      },
      {
        identify: (value) => value == null,
        createNode: () => new Scalar3.Scalar(null),
        default: true,
        tag: "tag:yaml.org,2002:null",
        test: /^null$/,
        resolve: () => null,
        stringify: stringifyJSON
      },
      {
        identify: (value) => typeof value === "boolean",
        default: true,
        tag: "tag:yaml.org,2002:bool",
        test: /^true$|^false$/,
        resolve: (str) => str === "true",
        stringify: stringifyJSON
      },
      {
        identify: intIdentify,
        default: true,
        tag: "tag:yaml.org,2002:int",
        test: /^-?(?:0|[1-9][0-9]*)$/,
        resolve: (str, _onError, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str, 10),
        stringify: ({ value }) => intIdentify(value) ? value.toString() : JSON.stringify(value)
      },
      {
        identify: (value) => typeof value === "number",
        default: true,
        tag: "tag:yaml.org,2002:float",
        test: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,
        resolve: (str) => parseFloat(str),
        stringify: stringifyJSON
      }
    ];
    var jsonError = {
      default: true,
      tag: "",
      test: /^/,
      resolve(str, onError) {
        onError(`Unresolved plain scalar ${JSON.stringify(str)}`);
        return str;
      }
    };
    var schema = [map.map, seq.seq].concat(jsonScalars, jsonError);
    exports2.schema = schema;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/binary.js
var require_binary = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/binary.js"(exports2) {
    "use strict";
    var node_buffer = require("buffer");
    var Scalar3 = require_Scalar();
    var stringifyString = require_stringifyString();
    var binary = {
      identify: (value) => value instanceof Uint8Array,
      // Buffer inherits from Uint8Array
      default: false,
      tag: "tag:yaml.org,2002:binary",
      /**
       * Returns a Buffer in node and an Uint8Array in browsers
       *
       * To use the resulting buffer as an image, you'll want to do something like:
       *
       *   const blob = new Blob([buffer], { type: 'image/jpeg' })
       *   document.querySelector('#photo').src = URL.createObjectURL(blob)
       */
      resolve(src, onError) {
        if (typeof node_buffer.Buffer === "function") {
          return node_buffer.Buffer.from(src, "base64");
        } else if (typeof atob === "function") {
          const str = atob(src.replace(/[\n\r]/g, ""));
          const buffer2 = new Uint8Array(str.length);
          for (let i = 0; i < str.length; ++i)
            buffer2[i] = str.charCodeAt(i);
          return buffer2;
        } else {
          onError("This environment does not support reading binary tags; either Buffer or atob is required");
          return src;
        }
      },
      stringify({ comment, type, value }, ctx, onComment, onChompKeep) {
        if (!value)
          return "";
        const buf = value;
        let str;
        if (typeof node_buffer.Buffer === "function") {
          str = buf instanceof node_buffer.Buffer ? buf.toString("base64") : node_buffer.Buffer.from(buf.buffer).toString("base64");
        } else if (typeof btoa === "function") {
          let s = "";
          for (let i = 0; i < buf.length; ++i)
            s += String.fromCharCode(buf[i]);
          str = btoa(s);
        } else {
          throw new Error("This environment does not support writing binary tags; either Buffer or btoa is required");
        }
        type ?? (type = Scalar3.Scalar.BLOCK_LITERAL);
        if (type !== Scalar3.Scalar.QUOTE_DOUBLE) {
          const lineWidth = Math.max(ctx.options.lineWidth - ctx.indent.length, ctx.options.minContentWidth);
          const n = Math.ceil(str.length / lineWidth);
          const lines2 = new Array(n);
          for (let i = 0, o = 0; i < n; ++i, o += lineWidth) {
            lines2[i] = str.substr(o, lineWidth);
          }
          str = lines2.join(type === Scalar3.Scalar.BLOCK_LITERAL ? "\n" : " ");
        }
        return stringifyString.stringifyString({ comment, type, value: str }, ctx, onComment, onChompKeep);
      }
    };
    exports2.binary = binary;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/pairs.js
var require_pairs = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/pairs.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar3 = require_Scalar();
    var YAMLSeq = require_YAMLSeq();
    function resolvePairs(seq, onError) {
      if (identity.isSeq(seq)) {
        for (let i = 0; i < seq.items.length; ++i) {
          let item = seq.items[i];
          if (identity.isPair(item))
            continue;
          else if (identity.isMap(item)) {
            if (item.items.length > 1)
              onError("Each pair must have its own sequence indicator");
            const pair = item.items[0] || new Pair.Pair(new Scalar3.Scalar(null));
            if (item.commentBefore)
              pair.key.commentBefore = pair.key.commentBefore ? `${item.commentBefore}
${pair.key.commentBefore}` : item.commentBefore;
            if (item.comment) {
              const cn = pair.value ?? pair.key;
              cn.comment = cn.comment ? `${item.comment}
${cn.comment}` : item.comment;
            }
            item = pair;
          }
          seq.items[i] = identity.isPair(item) ? item : new Pair.Pair(item);
        }
      } else
        onError("Expected a sequence for this tag");
      return seq;
    }
    function createPairs(schema, iterable, ctx) {
      const { replacer } = ctx;
      const pairs2 = new YAMLSeq.YAMLSeq(schema);
      pairs2.tag = "tag:yaml.org,2002:pairs";
      let i = 0;
      if (iterable && Symbol.iterator in Object(iterable))
        for (let it of iterable) {
          if (typeof replacer === "function")
            it = replacer.call(iterable, String(i++), it);
          let key, value;
          if (Array.isArray(it)) {
            if (it.length === 2) {
              key = it[0];
              value = it[1];
            } else
              throw new TypeError(`Expected [key, value] tuple: ${it}`);
          } else if (it && it instanceof Object) {
            const keys = Object.keys(it);
            if (keys.length === 1) {
              key = keys[0];
              value = it[key];
            } else {
              throw new TypeError(`Expected tuple with one key, not ${keys.length} keys`);
            }
          } else {
            key = it;
          }
          pairs2.items.push(Pair.createPair(key, value, ctx));
        }
      return pairs2;
    }
    var pairs = {
      collection: "seq",
      default: false,
      tag: "tag:yaml.org,2002:pairs",
      resolve: resolvePairs,
      createNode: createPairs
    };
    exports2.createPairs = createPairs;
    exports2.pairs = pairs;
    exports2.resolvePairs = resolvePairs;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/omap.js
var require_omap = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/omap.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var toJS = require_toJS();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var pairs = require_pairs();
    var YAMLOMap = class _YAMLOMap extends YAMLSeq.YAMLSeq {
      constructor() {
        super();
        this.add = YAMLMap.YAMLMap.prototype.add.bind(this);
        this.delete = YAMLMap.YAMLMap.prototype.delete.bind(this);
        this.get = YAMLMap.YAMLMap.prototype.get.bind(this);
        this.has = YAMLMap.YAMLMap.prototype.has.bind(this);
        this.set = YAMLMap.YAMLMap.prototype.set.bind(this);
        this.tag = _YAMLOMap.tag;
      }
      /**
       * If `ctx` is given, the return type is actually `Map<unknown, unknown>`,
       * but TypeScript won't allow widening the signature of a child method.
       */
      toJSON(_, ctx) {
        if (!ctx)
          return super.toJSON(_);
        const map = /* @__PURE__ */ new Map();
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const pair of this.items) {
          let key, value;
          if (identity.isPair(pair)) {
            key = toJS.toJS(pair.key, "", ctx);
            value = toJS.toJS(pair.value, key, ctx);
          } else {
            key = toJS.toJS(pair, "", ctx);
          }
          if (map.has(key))
            throw new Error("Ordered maps must not include duplicate keys");
          map.set(key, value);
        }
        return map;
      }
      static from(schema, iterable, ctx) {
        const pairs$1 = pairs.createPairs(schema, iterable, ctx);
        const omap2 = new this();
        omap2.items = pairs$1.items;
        return omap2;
      }
    };
    YAMLOMap.tag = "tag:yaml.org,2002:omap";
    var omap = {
      collection: "seq",
      identify: (value) => value instanceof Map,
      nodeClass: YAMLOMap,
      default: false,
      tag: "tag:yaml.org,2002:omap",
      resolve(seq, onError) {
        const pairs$1 = pairs.resolvePairs(seq, onError);
        const seenKeys = [];
        for (const { key } of pairs$1.items) {
          if (identity.isScalar(key)) {
            if (seenKeys.includes(key.value)) {
              onError(`Ordered maps must not include duplicate keys: ${key.value}`);
            } else {
              seenKeys.push(key.value);
            }
          }
        }
        return Object.assign(new YAMLOMap(), pairs$1);
      },
      createNode: (schema, iterable, ctx) => YAMLOMap.from(schema, iterable, ctx)
    };
    exports2.YAMLOMap = YAMLOMap;
    exports2.omap = omap;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/bool.js
var require_bool2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/bool.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    function boolStringify({ value, source }, ctx) {
      const boolObj = value ? trueTag : falseTag;
      if (source && boolObj.test.test(source))
        return source;
      return value ? ctx.options.trueStr : ctx.options.falseStr;
    }
    var trueTag = {
      identify: (value) => value === true,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,
      resolve: () => new Scalar3.Scalar(true),
      stringify: boolStringify
    };
    var falseTag = {
      identify: (value) => value === false,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
      resolve: () => new Scalar3.Scalar(false),
      stringify: boolStringify
    };
    exports2.falseTag = falseTag;
    exports2.trueTag = trueTag;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/float.js
var require_float2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/float.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str.replace(/_/g, "")),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,
      resolve(str) {
        const node = new Scalar3.Scalar(parseFloat(str.replace(/_/g, "")));
        const dot = str.indexOf(".");
        if (dot !== -1) {
          const f = str.substring(dot + 1).replace(/_/g, "");
          if (f[f.length - 1] === "0")
            node.minFractionDigits = f.length;
        }
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports2.float = float;
    exports2.floatExp = floatExp;
    exports2.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/int.js
var require_int2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/int.js"(exports2) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value) => typeof value === "bigint" || Number.isInteger(value);
    function intResolve(str, offset, radix, { intAsBigInt }) {
      const sign = str[0];
      if (sign === "-" || sign === "+")
        offset += 1;
      str = str.substring(offset).replace(/_/g, "");
      if (intAsBigInt) {
        switch (radix) {
          case 2:
            str = `0b${str}`;
            break;
          case 8:
            str = `0o${str}`;
            break;
          case 16:
            str = `0x${str}`;
            break;
        }
        const n2 = BigInt(str);
        return sign === "-" ? BigInt(-1) * n2 : n2;
      }
      const n = parseInt(str, radix);
      return sign === "-" ? -1 * n : n;
    }
    function intStringify(node, radix, prefix) {
      const { value } = node;
      if (intIdentify(value)) {
        const str = value.toString(radix);
        return value < 0 ? "-" + prefix + str.substr(1) : prefix + str;
      }
      return stringifyNumber.stringifyNumber(node);
    }
    var intBin = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "BIN",
      test: /^[-+]?0b[0-1_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 2, opt),
      stringify: (node) => intStringify(node, 2, "0b")
    };
    var intOct = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^[-+]?0[0-7_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 1, 8, opt),
      stringify: (node) => intStringify(node, 8, "0")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9][0-9_]*$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^[-+]?0x[0-9a-fA-F_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports2.int = int;
    exports2.intBin = intBin;
    exports2.intHex = intHex;
    exports2.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/set.js
var require_set = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/set.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var YAMLSet = class _YAMLSet extends YAMLMap.YAMLMap {
      constructor(schema) {
        super(schema);
        this.tag = _YAMLSet.tag;
      }
      add(key) {
        let pair;
        if (identity.isPair(key))
          pair = key;
        else if (key && typeof key === "object" && "key" in key && "value" in key && key.value === null)
          pair = new Pair.Pair(key.key, null);
        else
          pair = new Pair.Pair(key, null);
        const prev = YAMLMap.findPair(this.items, pair.key);
        if (!prev)
          this.items.push(pair);
      }
      /**
       * If `keepPair` is `true`, returns the Pair matching `key`.
       * Otherwise, returns the value of that Pair's key.
       */
      get(key, keepPair) {
        const pair = YAMLMap.findPair(this.items, key);
        return !keepPair && identity.isPair(pair) ? identity.isScalar(pair.key) ? pair.key.value : pair.key : pair;
      }
      set(key, value) {
        if (typeof value !== "boolean")
          throw new Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof value}`);
        const prev = YAMLMap.findPair(this.items, key);
        if (prev && !value) {
          this.items.splice(this.items.indexOf(prev), 1);
        } else if (!prev && value) {
          this.items.push(new Pair.Pair(key));
        }
      }
      toJSON(_, ctx) {
        return super.toJSON(_, ctx, Set);
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        if (this.hasAllNullValues(true))
          return super.toString(Object.assign({}, ctx, { allNullValues: true }), onComment, onChompKeep);
        else
          throw new Error("Set items must all have null values");
      }
      static from(schema, iterable, ctx) {
        const { replacer } = ctx;
        const set2 = new this(schema);
        if (iterable && Symbol.iterator in Object(iterable))
          for (let value of iterable) {
            if (typeof replacer === "function")
              value = replacer.call(iterable, value, value);
            set2.items.push(Pair.createPair(value, null, ctx));
          }
        return set2;
      }
    };
    YAMLSet.tag = "tag:yaml.org,2002:set";
    var set = {
      collection: "map",
      identify: (value) => value instanceof Set,
      nodeClass: YAMLSet,
      default: false,
      tag: "tag:yaml.org,2002:set",
      createNode: (schema, iterable, ctx) => YAMLSet.from(schema, iterable, ctx),
      resolve(map, onError) {
        if (identity.isMap(map)) {
          if (map.hasAllNullValues(true))
            return Object.assign(new YAMLSet(), map);
          else
            onError("Set items must all have null values");
        } else
          onError("Expected a mapping for this tag");
        return map;
      }
    };
    exports2.YAMLSet = YAMLSet;
    exports2.set = set;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/timestamp.js
var require_timestamp = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/timestamp.js"(exports2) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    function parseSexagesimal(str, asBigInt) {
      const sign = str[0];
      const parts = sign === "-" || sign === "+" ? str.substring(1) : str;
      const num = (n) => asBigInt ? BigInt(n) : Number(n);
      const res = parts.replace(/_/g, "").split(":").reduce((res2, p) => res2 * num(60) + num(p), num(0));
      return sign === "-" ? num(-1) * res : res;
    }
    function stringifySexagesimal(node) {
      let { value } = node;
      let num = (n) => n;
      if (typeof value === "bigint")
        num = (n) => BigInt(n);
      else if (isNaN(value) || !isFinite(value))
        return stringifyNumber.stringifyNumber(node);
      let sign = "";
      if (value < 0) {
        sign = "-";
        value *= num(-1);
      }
      const _60 = num(60);
      const parts = [value % _60];
      if (value < 60) {
        parts.unshift(0);
      } else {
        value = (value - parts[0]) / _60;
        parts.unshift(value % _60);
        if (value >= 60) {
          value = (value - parts[0]) / _60;
          parts.unshift(value);
        }
      }
      return sign + parts.map((n) => String(n).padStart(2, "0")).join(":").replace(/000000\d*$/, "");
    }
    var intTime = {
      identify: (value) => typeof value === "bigint" || Number.isInteger(value),
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,
      resolve: (str, _onError, { intAsBigInt }) => parseSexagesimal(str, intAsBigInt),
      stringify: stringifySexagesimal
    };
    var floatTime = {
      identify: (value) => typeof value === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
      resolve: (str) => parseSexagesimal(str, false),
      stringify: stringifySexagesimal
    };
    var timestamp = {
      identify: (value) => value instanceof Date,
      default: true,
      tag: "tag:yaml.org,2002:timestamp",
      // If the time zone is omitted, the timestamp is assumed to be specified in UTC. The time part
      // may be omitted altogether, resulting in a date format. In such a case, the time part is
      // assumed to be 00:00:00Z (start of day, UTC).
      test: RegExp("^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$"),
      resolve(str) {
        const match = str.match(timestamp.test);
        if (!match)
          throw new Error("!!timestamp expects a date, starting with yyyy-mm-dd");
        const [, year, month, day, hour, minute, second] = match.map(Number);
        const millisec = match[7] ? Number((match[7] + "00").substr(1, 3)) : 0;
        let date = Date.UTC(year, month - 1, day, hour || 0, minute || 0, second || 0, millisec);
        const tz = match[8];
        if (tz && tz !== "Z") {
          let d = parseSexagesimal(tz, false);
          if (Math.abs(d) < 30)
            d *= 60;
          date -= 6e4 * d;
        }
        return new Date(date);
      },
      stringify: ({ value }) => value?.toISOString().replace(/(T00:00:00)?\.000Z$/, "") ?? ""
    };
    exports2.floatTime = floatTime;
    exports2.intTime = intTime;
    exports2.timestamp = timestamp;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/schema.js
var require_schema3 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/schema.js"(exports2) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string2 = require_string();
    var binary = require_binary();
    var bool = require_bool2();
    var float = require_float2();
    var int = require_int2();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var set = require_set();
    var timestamp = require_timestamp();
    var schema = [
      map.map,
      seq.seq,
      string2.string,
      _null.nullTag,
      bool.trueTag,
      bool.falseTag,
      int.intBin,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float,
      binary.binary,
      merge.merge,
      omap.omap,
      pairs.pairs,
      set.set,
      timestamp.intTime,
      timestamp.floatTime,
      timestamp.timestamp
    ];
    exports2.schema = schema;
  }
});

// node_modules/yaml/dist/schema/tags.js
var require_tags = __commonJS({
  "node_modules/yaml/dist/schema/tags.js"(exports2) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string2 = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = require_schema();
    var schema$1 = require_schema2();
    var binary = require_binary();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var schema$2 = require_schema3();
    var set = require_set();
    var timestamp = require_timestamp();
    var schemas = /* @__PURE__ */ new Map([
      ["core", schema.schema],
      ["failsafe", [map.map, seq.seq, string2.string]],
      ["json", schema$1.schema],
      ["yaml11", schema$2.schema],
      ["yaml-1.1", schema$2.schema]
    ]);
    var tagsByName = {
      binary: binary.binary,
      bool: bool.boolTag,
      float: float.float,
      floatExp: float.floatExp,
      floatNaN: float.floatNaN,
      floatTime: timestamp.floatTime,
      int: int.int,
      intHex: int.intHex,
      intOct: int.intOct,
      intTime: timestamp.intTime,
      map: map.map,
      merge: merge.merge,
      null: _null.nullTag,
      omap: omap.omap,
      pairs: pairs.pairs,
      seq: seq.seq,
      set: set.set,
      timestamp: timestamp.timestamp
    };
    var coreKnownTags = {
      "tag:yaml.org,2002:binary": binary.binary,
      "tag:yaml.org,2002:merge": merge.merge,
      "tag:yaml.org,2002:omap": omap.omap,
      "tag:yaml.org,2002:pairs": pairs.pairs,
      "tag:yaml.org,2002:set": set.set,
      "tag:yaml.org,2002:timestamp": timestamp.timestamp
    };
    function getTags(customTags, schemaName, addMergeTag) {
      const schemaTags = schemas.get(schemaName);
      if (schemaTags && !customTags) {
        return addMergeTag && !schemaTags.includes(merge.merge) ? schemaTags.concat(merge.merge) : schemaTags.slice();
      }
      let tags2 = schemaTags;
      if (!tags2) {
        if (Array.isArray(customTags))
          tags2 = [];
        else {
          const keys = Array.from(schemas.keys()).filter((key) => key !== "yaml11").map((key) => JSON.stringify(key)).join(", ");
          throw new Error(`Unknown schema "${schemaName}"; use one of ${keys} or define customTags array`);
        }
      }
      if (Array.isArray(customTags)) {
        for (const tag2 of customTags)
          tags2 = tags2.concat(tag2);
      } else if (typeof customTags === "function") {
        tags2 = customTags(tags2.slice());
      }
      if (addMergeTag)
        tags2 = tags2.concat(merge.merge);
      return tags2.reduce((tags3, tag2) => {
        const tagObj = typeof tag2 === "string" ? tagsByName[tag2] : tag2;
        if (!tagObj) {
          const tagName = JSON.stringify(tag2);
          const keys = Object.keys(tagsByName).map((key) => JSON.stringify(key)).join(", ");
          throw new Error(`Unknown custom tag ${tagName}; use one of ${keys}`);
        }
        if (!tags3.includes(tagObj))
          tags3.push(tagObj);
        return tags3;
      }, []);
    }
    exports2.coreKnownTags = coreKnownTags;
    exports2.getTags = getTags;
  }
});

// node_modules/yaml/dist/schema/Schema.js
var require_Schema = __commonJS({
  "node_modules/yaml/dist/schema/Schema.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var map = require_map();
    var seq = require_seq();
    var string2 = require_string();
    var tags2 = require_tags();
    var sortMapEntriesByKey = (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    var Schema = class _Schema {
      constructor({ compat, customTags, merge, resolveKnownTags, schema, sortMapEntries, toStringDefaults }) {
        this.compat = Array.isArray(compat) ? tags2.getTags(compat, "compat") : compat ? tags2.getTags(null, compat) : null;
        this.name = typeof schema === "string" && schema || "core";
        this.knownTags = resolveKnownTags ? tags2.coreKnownTags : {};
        this.tags = tags2.getTags(customTags, this.name, merge);
        this.toStringOptions = toStringDefaults ?? null;
        Object.defineProperty(this, identity.MAP, { value: map.map });
        Object.defineProperty(this, identity.SCALAR, { value: string2.string });
        Object.defineProperty(this, identity.SEQ, { value: seq.seq });
        this.sortMapEntries = typeof sortMapEntries === "function" ? sortMapEntries : sortMapEntries === true ? sortMapEntriesByKey : null;
      }
      clone() {
        const copy = Object.create(_Schema.prototype, Object.getOwnPropertyDescriptors(this));
        copy.tags = this.tags.slice();
        return copy;
      }
    };
    exports2.Schema = Schema;
  }
});

// node_modules/yaml/dist/stringify/stringifyDocument.js
var require_stringifyDocument = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyDocument.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var stringify = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyDocument(doc, options) {
      const lines2 = [];
      let hasDirectives = options.directives === true;
      if (options.directives !== false && doc.directives) {
        const dir = doc.directives.toString(doc);
        if (dir) {
          lines2.push(dir);
          hasDirectives = true;
        } else if (doc.directives.docStart)
          hasDirectives = true;
      }
      if (hasDirectives)
        lines2.push("---");
      const ctx = stringify.createStringifyContext(doc, options);
      const { commentString } = ctx.options;
      if (doc.commentBefore) {
        if (lines2.length !== 1)
          lines2.unshift("");
        const cs = commentString(doc.commentBefore);
        lines2.unshift(stringifyComment.indentComment(cs, ""));
      }
      let chompKeep = false;
      let contentComment = null;
      if (doc.contents) {
        if (identity.isNode(doc.contents)) {
          if (doc.contents.spaceBefore && hasDirectives)
            lines2.push("");
          if (doc.contents.commentBefore) {
            const cs = commentString(doc.contents.commentBefore);
            lines2.push(stringifyComment.indentComment(cs, ""));
          }
          ctx.forceBlockIndent = !!doc.comment;
          contentComment = doc.contents.comment;
        }
        const onChompKeep = contentComment ? void 0 : () => chompKeep = true;
        let body = stringify.stringify(doc.contents, ctx, () => contentComment = null, onChompKeep);
        if (contentComment)
          body += stringifyComment.lineComment(body, "", commentString(contentComment));
        if ((body[0] === "|" || body[0] === ">") && lines2[lines2.length - 1] === "---") {
          lines2[lines2.length - 1] = `--- ${body}`;
        } else
          lines2.push(body);
      } else {
        lines2.push(stringify.stringify(doc.contents, ctx));
      }
      if (doc.directives?.docEnd) {
        if (doc.comment) {
          const cs = commentString(doc.comment);
          if (cs.includes("\n")) {
            lines2.push("...");
            lines2.push(stringifyComment.indentComment(cs, ""));
          } else {
            lines2.push(`... ${cs}`);
          }
        } else {
          lines2.push("...");
        }
      } else {
        let dc = doc.comment;
        if (dc && chompKeep)
          dc = dc.replace(/^\n+/, "");
        if (dc) {
          if ((!chompKeep || contentComment) && lines2[lines2.length - 1] !== "")
            lines2.push("");
          lines2.push(stringifyComment.indentComment(commentString(dc), ""));
        }
      }
      return lines2.join("\n") + "\n";
    }
    exports2.stringifyDocument = stringifyDocument;
  }
});

// node_modules/yaml/dist/doc/Document.js
var require_Document = __commonJS({
  "node_modules/yaml/dist/doc/Document.js"(exports2) {
    "use strict";
    var Alias = require_Alias();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var toJS = require_toJS();
    var Schema = require_Schema();
    var stringifyDocument = require_stringifyDocument();
    var anchors = require_anchors();
    var applyReviver = require_applyReviver();
    var createNode = require_createNode();
    var directives = require_directives();
    var Document = class _Document {
      constructor(value, replacer, options) {
        this.commentBefore = null;
        this.comment = null;
        this.errors = [];
        this.warnings = [];
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.DOC });
        let _replacer = null;
        if (typeof replacer === "function" || Array.isArray(replacer)) {
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const opt = Object.assign({
          intAsBigInt: false,
          keepSourceTokens: false,
          logLevel: "warn",
          prettyErrors: true,
          strict: true,
          stringKeys: false,
          uniqueKeys: true,
          version: "1.2"
        }, options);
        this.options = opt;
        let { version } = opt;
        if (options?._directives) {
          this.directives = options._directives.atDocument();
          if (this.directives.yaml.explicit)
            version = this.directives.yaml.version;
        } else
          this.directives = new directives.Directives({ version });
        this.setSchema(version, options);
        this.contents = value === void 0 ? null : this.createNode(value, _replacer, options);
      }
      /**
       * Create a deep copy of this Document and its contents.
       *
       * Custom Node values that inherit from `Object` still refer to their original instances.
       */
      clone() {
        const copy = Object.create(_Document.prototype, {
          [identity.NODE_TYPE]: { value: identity.DOC }
        });
        copy.commentBefore = this.commentBefore;
        copy.comment = this.comment;
        copy.errors = this.errors.slice();
        copy.warnings = this.warnings.slice();
        copy.options = Object.assign({}, this.options);
        if (this.directives)
          copy.directives = this.directives.clone();
        copy.schema = this.schema.clone();
        copy.contents = identity.isNode(this.contents) ? this.contents.clone(copy.schema) : this.contents;
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** Adds a value to the document. */
      add(value) {
        if (assertCollection(this.contents))
          this.contents.add(value);
      }
      /** Adds a value to the document. */
      addIn(path6, value) {
        if (assertCollection(this.contents))
          this.contents.addIn(path6, value);
      }
      /**
       * Create a new `Alias` node, ensuring that the target `node` has the required anchor.
       *
       * If `node` already has an anchor, `name` is ignored.
       * Otherwise, the `node.anchor` value will be set to `name`,
       * or if an anchor with that name is already present in the document,
       * `name` will be used as a prefix for a new unique anchor.
       * If `name` is undefined, the generated anchor will use 'a' as a prefix.
       */
      createAlias(node, name) {
        if (!node.anchor) {
          const prev = anchors.anchorNames(this);
          node.anchor = // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          !name || prev.has(name) ? anchors.findNewAnchor(name || "a", prev) : name;
        }
        return new Alias.Alias(node.anchor);
      }
      createNode(value, replacer, options) {
        let _replacer = void 0;
        if (typeof replacer === "function") {
          value = replacer.call({ "": value }, "", value);
          _replacer = replacer;
        } else if (Array.isArray(replacer)) {
          const keyToStr = (v) => typeof v === "number" || v instanceof String || v instanceof Number;
          const asStr = replacer.filter(keyToStr).map(String);
          if (asStr.length > 0)
            replacer = replacer.concat(asStr);
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const { aliasDuplicateObjects, anchorPrefix, flow, keepUndefined, onTagObj, tag: tag2 } = options ?? {};
        const { onAnchor, setAnchors, sourceObjects } = anchors.createNodeAnchors(
          this,
          // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          anchorPrefix || "a"
        );
        const ctx = {
          aliasDuplicateObjects: aliasDuplicateObjects ?? true,
          keepUndefined: keepUndefined ?? false,
          onAnchor,
          onTagObj,
          replacer: _replacer,
          schema: this.schema,
          sourceObjects
        };
        const node = createNode.createNode(value, tag2, ctx);
        if (flow && identity.isCollection(node))
          node.flow = true;
        setAnchors();
        return node;
      }
      /**
       * Convert a key and a value into a `Pair` using the current schema,
       * recursively wrapping all values as `Scalar` or `Collection` nodes.
       */
      createPair(key, value, options = {}) {
        const k = this.createNode(key, null, options);
        const v = this.createNode(value, null, options);
        return new Pair.Pair(k, v);
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      delete(key) {
        return assertCollection(this.contents) ? this.contents.delete(key) : false;
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path6) {
        if (Collection.isEmptyPath(path6)) {
          if (this.contents == null)
            return false;
          this.contents = null;
          return true;
        }
        return assertCollection(this.contents) ? this.contents.deleteIn(path6) : false;
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      get(key, keepScalar) {
        return identity.isCollection(this.contents) ? this.contents.get(key, keepScalar) : void 0;
      }
      /**
       * Returns item at `path`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path6, keepScalar) {
        if (Collection.isEmptyPath(path6))
          return !keepScalar && identity.isScalar(this.contents) ? this.contents.value : this.contents;
        return identity.isCollection(this.contents) ? this.contents.getIn(path6, keepScalar) : void 0;
      }
      /**
       * Checks if the document includes a value with the key `key`.
       */
      has(key) {
        return identity.isCollection(this.contents) ? this.contents.has(key) : false;
      }
      /**
       * Checks if the document includes a value at `path`.
       */
      hasIn(path6) {
        if (Collection.isEmptyPath(path6))
          return this.contents !== void 0;
        return identity.isCollection(this.contents) ? this.contents.hasIn(path6) : false;
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      set(key, value) {
        if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, [key], value);
        } else if (assertCollection(this.contents)) {
          this.contents.set(key, value);
        }
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path6, value) {
        if (Collection.isEmptyPath(path6)) {
          this.contents = value;
        } else if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, Array.from(path6), value);
        } else if (assertCollection(this.contents)) {
          this.contents.setIn(path6, value);
        }
      }
      /**
       * Change the YAML version and schema used by the document.
       * A `null` version disables support for directives, explicit tags, anchors, and aliases.
       * It also requires the `schema` option to be given as a `Schema` instance value.
       *
       * Overrides all previously set schema options.
       */
      setSchema(version, options = {}) {
        if (typeof version === "number")
          version = String(version);
        let opt;
        switch (version) {
          case "1.1":
            if (this.directives)
              this.directives.yaml.version = "1.1";
            else
              this.directives = new directives.Directives({ version: "1.1" });
            opt = { resolveKnownTags: false, schema: "yaml-1.1" };
            break;
          case "1.2":
          case "next":
            if (this.directives)
              this.directives.yaml.version = version;
            else
              this.directives = new directives.Directives({ version });
            opt = { resolveKnownTags: true, schema: "core" };
            break;
          case null:
            if (this.directives)
              delete this.directives;
            opt = null;
            break;
          default: {
            const sv = JSON.stringify(version);
            throw new Error(`Expected '1.1', '1.2' or null as first argument, but found: ${sv}`);
          }
        }
        if (options.schema instanceof Object)
          this.schema = options.schema;
        else if (opt)
          this.schema = new Schema.Schema(Object.assign(opt, options));
        else
          throw new Error(`With a null YAML version, the { schema: Schema } option is required`);
      }
      // json & jsonArg are only used from toJSON()
      toJS({ json: json2, jsonArg, mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc: this,
          keep: !json2,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this.contents, jsonArg ?? "", ctx);
        if (typeof onAnchor === "function")
          for (const { count, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
      /**
       * A JSON representation of the document `contents`.
       *
       * @param jsonArg Used by `JSON.stringify` to indicate the array index or
       *   property name.
       */
      toJSON(jsonArg, onAnchor) {
        return this.toJS({ json: true, jsonArg, mapAsMap: false, onAnchor });
      }
      /** A YAML representation of the document. */
      toString(options = {}) {
        if (this.errors.length > 0)
          throw new Error("Document with errors cannot be stringified");
        if ("indent" in options && (!Number.isInteger(options.indent) || Number(options.indent) <= 0)) {
          const s = JSON.stringify(options.indent);
          throw new Error(`"indent" option must be a positive integer, not ${s}`);
        }
        return stringifyDocument.stringifyDocument(this, options);
      }
    };
    function assertCollection(contents) {
      if (identity.isCollection(contents))
        return true;
      throw new Error("Expected a YAML collection as document contents");
    }
    exports2.Document = Document;
  }
});

// node_modules/yaml/dist/errors.js
var require_errors = __commonJS({
  "node_modules/yaml/dist/errors.js"(exports2) {
    "use strict";
    var YAMLError = class extends Error {
      constructor(name, pos, code2, message) {
        super();
        this.name = name;
        this.code = code2;
        this.message = message;
        this.pos = pos;
      }
    };
    var YAMLParseError = class extends YAMLError {
      constructor(pos, code2, message) {
        super("YAMLParseError", pos, code2, message);
      }
    };
    var YAMLWarning = class extends YAMLError {
      constructor(pos, code2, message) {
        super("YAMLWarning", pos, code2, message);
      }
    };
    var prettifyError = (src, lc) => (error2) => {
      if (error2.pos[0] === -1)
        return;
      error2.linePos = error2.pos.map((pos) => lc.linePos(pos));
      const { line: line2, col } = error2.linePos[0];
      error2.message += ` at line ${line2}, column ${col}`;
      let ci = col - 1;
      let lineStr = src.substring(lc.lineStarts[line2 - 1], lc.lineStarts[line2]).replace(/[\n\r]+$/, "");
      if (ci >= 60 && lineStr.length > 80) {
        const trimStart = Math.min(ci - 39, lineStr.length - 79);
        lineStr = "…" + lineStr.substring(trimStart);
        ci -= trimStart - 1;
      }
      if (lineStr.length > 80)
        lineStr = lineStr.substring(0, 79) + "…";
      if (line2 > 1 && /^ *$/.test(lineStr.substring(0, ci))) {
        let prev = src.substring(lc.lineStarts[line2 - 2], lc.lineStarts[line2 - 1]);
        if (prev.length > 80)
          prev = prev.substring(0, 79) + "…\n";
        lineStr = prev + lineStr;
      }
      if (/[^ ]/.test(lineStr)) {
        let count = 1;
        const end = error2.linePos[1];
        if (end?.line === line2 && end.col > col) {
          count = Math.max(1, Math.min(end.col - col, 80 - ci));
        }
        const pointer = " ".repeat(ci) + "^".repeat(count);
        error2.message += `:

${lineStr}
${pointer}
`;
      }
    };
    exports2.YAMLError = YAMLError;
    exports2.YAMLParseError = YAMLParseError;
    exports2.YAMLWarning = YAMLWarning;
    exports2.prettifyError = prettifyError;
  }
});

// node_modules/yaml/dist/compose/resolve-props.js
var require_resolve_props = __commonJS({
  "node_modules/yaml/dist/compose/resolve-props.js"(exports2) {
    "use strict";
    function resolveProps(tokens, { flow, indicator, next: next2, offset, onError, parentIndent, startOnNewline }) {
      let spaceBefore = false;
      let atNewline = startOnNewline;
      let hasSpace = startOnNewline;
      let comment = "";
      let commentSep = "";
      let hasNewline = false;
      let reqSpace = false;
      let tab = null;
      let anchor = null;
      let tag2 = null;
      let newlineAfterProp = null;
      let comma = null;
      let found = null;
      let start = null;
      for (const token of tokens) {
        if (reqSpace) {
          if (token.type !== "space" && token.type !== "newline" && token.type !== "comma")
            onError(token.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
          reqSpace = false;
        }
        if (tab) {
          if (atNewline && token.type !== "comment" && token.type !== "newline") {
            onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
          }
          tab = null;
        }
        switch (token.type) {
          case "space":
            if (!flow && (indicator !== "doc-start" || next2?.type !== "flow-collection") && token.source.includes("	")) {
              tab = token;
            }
            hasSpace = true;
            break;
          case "comment": {
            if (!hasSpace)
              onError(token, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
            const cb = token.source.substring(1) || " ";
            if (!comment)
              comment = cb;
            else
              comment += commentSep + cb;
            commentSep = "";
            atNewline = false;
            break;
          }
          case "newline":
            if (atNewline) {
              if (comment)
                comment += token.source;
              else if (!found || indicator !== "seq-item-ind")
                spaceBefore = true;
            } else
              commentSep += token.source;
            atNewline = true;
            hasNewline = true;
            if (anchor || tag2)
              newlineAfterProp = token;
            hasSpace = true;
            break;
          case "anchor":
            if (anchor)
              onError(token, "MULTIPLE_ANCHORS", "A node can have at most one anchor");
            if (token.source.endsWith(":"))
              onError(token.offset + token.source.length - 1, "BAD_ALIAS", "Anchor ending in : is ambiguous", true);
            anchor = token;
            start ?? (start = token.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          case "tag": {
            if (tag2)
              onError(token, "MULTIPLE_TAGS", "A node can have at most one tag");
            tag2 = token;
            start ?? (start = token.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          }
          case indicator:
            if (anchor || tag2)
              onError(token, "BAD_PROP_ORDER", `Anchors and tags must be after the ${token.source} indicator`);
            if (found)
              onError(token, "UNEXPECTED_TOKEN", `Unexpected ${token.source} in ${flow ?? "collection"}`);
            found = token;
            atNewline = indicator === "seq-item-ind" || indicator === "explicit-key-ind";
            hasSpace = false;
            break;
          case "comma":
            if (flow) {
              if (comma)
                onError(token, "UNEXPECTED_TOKEN", `Unexpected , in ${flow}`);
              comma = token;
              atNewline = false;
              hasSpace = false;
              break;
            }
          // else fallthrough
          default:
            onError(token, "UNEXPECTED_TOKEN", `Unexpected ${token.type} token`);
            atNewline = false;
            hasSpace = false;
        }
      }
      const last = tokens[tokens.length - 1];
      const end = last ? last.offset + last.source.length : offset;
      if (reqSpace && next2 && next2.type !== "space" && next2.type !== "newline" && next2.type !== "comma" && (next2.type !== "scalar" || next2.source !== "")) {
        onError(next2.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
      }
      if (tab && (atNewline && tab.indent <= parentIndent || next2?.type === "block-map" || next2?.type === "block-seq"))
        onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
      return {
        comma,
        found,
        spaceBefore,
        comment,
        hasNewline,
        anchor,
        tag: tag2,
        newlineAfterProp,
        end,
        start: start ?? end
      };
    }
    exports2.resolveProps = resolveProps;
  }
});

// node_modules/yaml/dist/compose/util-contains-newline.js
var require_util_contains_newline = __commonJS({
  "node_modules/yaml/dist/compose/util-contains-newline.js"(exports2) {
    "use strict";
    function containsNewline(key) {
      if (!key)
        return null;
      switch (key.type) {
        case "alias":
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          if (key.source.includes("\n"))
            return true;
          if (key.end) {
            for (const st of key.end)
              if (st.type === "newline")
                return true;
          }
          return false;
        case "flow-collection":
          for (const it of key.items) {
            for (const st of it.start)
              if (st.type === "newline")
                return true;
            if (it.sep) {
              for (const st of it.sep)
                if (st.type === "newline")
                  return true;
            }
            if (containsNewline(it.key) || containsNewline(it.value))
              return true;
          }
          return false;
        default:
          return true;
      }
    }
    exports2.containsNewline = containsNewline;
  }
});

// node_modules/yaml/dist/compose/util-flow-indent-check.js
var require_util_flow_indent_check = __commonJS({
  "node_modules/yaml/dist/compose/util-flow-indent-check.js"(exports2) {
    "use strict";
    var utilContainsNewline = require_util_contains_newline();
    function flowIndentCheck(indent, fc, onError) {
      if (fc?.type === "flow-collection") {
        const end = fc.end[0];
        if (end.indent === indent && (end.source === "]" || end.source === "}") && utilContainsNewline.containsNewline(fc)) {
          const msg = "Flow end indicator should be more indented than parent";
          onError(end, "BAD_INDENT", msg, true);
        }
      }
    }
    exports2.flowIndentCheck = flowIndentCheck;
  }
});

// node_modules/yaml/dist/compose/util-map-includes.js
var require_util_map_includes = __commonJS({
  "node_modules/yaml/dist/compose/util-map-includes.js"(exports2) {
    "use strict";
    var identity = require_identity();
    function mapIncludes(ctx, items, search) {
      const { uniqueKeys } = ctx.options;
      if (uniqueKeys === false)
        return false;
      const isEqual = typeof uniqueKeys === "function" ? uniqueKeys : (a, b) => a === b || identity.isScalar(a) && identity.isScalar(b) && a.value === b.value;
      return items.some((pair) => isEqual(pair.key, search));
    }
    exports2.mapIncludes = mapIncludes;
  }
});

// node_modules/yaml/dist/compose/resolve-block-map.js
var require_resolve_block_map = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-map.js"(exports2) {
    "use strict";
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    var utilMapIncludes = require_util_map_includes();
    var startColMsg = "All mapping items must start at the same column";
    function resolveBlockMap({ composeNode, composeEmptyNode }, ctx, bm, onError, tag2) {
      const NodeClass = tag2?.nodeClass ?? YAMLMap.YAMLMap;
      const map = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      let offset = bm.offset;
      let commentEnd = null;
      for (const collItem of bm.items) {
        const { start, key, sep: sep4, value } = collItem;
        const keyProps = resolveProps.resolveProps(start, {
          indicator: "explicit-key-ind",
          next: key ?? sep4?.[0],
          offset,
          onError,
          parentIndent: bm.indent,
          startOnNewline: true
        });
        const implicitKey = !keyProps.found;
        if (implicitKey) {
          if (key) {
            if (key.type === "block-seq")
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "A block sequence may not be used as an implicit map key");
            else if ("indent" in key && key.indent !== bm.indent)
              onError(offset, "BAD_INDENT", startColMsg);
          }
          if (!keyProps.anchor && !keyProps.tag && !sep4) {
            commentEnd = keyProps.end;
            if (keyProps.comment) {
              if (map.comment)
                map.comment += "\n" + keyProps.comment;
              else
                map.comment = keyProps.comment;
            }
            continue;
          }
          if (keyProps.newlineAfterProp || utilContainsNewline.containsNewline(key)) {
            onError(key ?? start[start.length - 1], "MULTILINE_IMPLICIT_KEY", "Implicit keys need to be on a single line");
          }
        } else if (keyProps.found?.indent !== bm.indent) {
          onError(offset, "BAD_INDENT", startColMsg);
        }
        ctx.atKey = true;
        const keyStart = keyProps.end;
        const keyNode = key ? composeNode(ctx, key, keyProps, onError) : composeEmptyNode(ctx, keyStart, start, null, keyProps, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bm.indent, key, onError);
        ctx.atKey = false;
        if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
          onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
        const valueProps = resolveProps.resolveProps(sep4 ?? [], {
          indicator: "map-value-ind",
          next: value,
          offset: keyNode.range[2],
          onError,
          parentIndent: bm.indent,
          startOnNewline: !key || key.type === "block-scalar"
        });
        offset = valueProps.end;
        if (valueProps.found) {
          if (implicitKey) {
            if (value?.type === "block-map" && !valueProps.hasNewline)
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "Nested mappings are not allowed in compact mappings");
            if (ctx.options.strict && keyProps.start < valueProps.found.offset - 1024)
              onError(keyNode.range, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit block mapping key");
          }
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : composeEmptyNode(ctx, offset, sep4, null, valueProps, onError);
          if (ctx.schema.compat)
            utilFlowIndentCheck.flowIndentCheck(bm.indent, value, onError);
          offset = valueNode.range[2];
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        } else {
          if (implicitKey)
            onError(keyNode.range, "MISSING_CHAR", "Implicit map keys need to be followed by map values");
          if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        }
      }
      if (commentEnd && commentEnd < offset)
        onError(commentEnd, "IMPOSSIBLE", "Map comment with trailing content");
      map.range = [bm.offset, offset, commentEnd ?? offset];
      return map;
    }
    exports2.resolveBlockMap = resolveBlockMap;
  }
});

// node_modules/yaml/dist/compose/resolve-block-seq.js
var require_resolve_block_seq = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-seq.js"(exports2) {
    "use strict";
    var YAMLSeq = require_YAMLSeq();
    var resolveProps = require_resolve_props();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    function resolveBlockSeq({ composeNode, composeEmptyNode }, ctx, bs, onError, tag2) {
      const NodeClass = tag2?.nodeClass ?? YAMLSeq.YAMLSeq;
      const seq = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = bs.offset;
      let commentEnd = null;
      for (const { start, value } of bs.items) {
        const props = resolveProps.resolveProps(start, {
          indicator: "seq-item-ind",
          next: value,
          offset,
          onError,
          parentIndent: bs.indent,
          startOnNewline: true
        });
        if (!props.found) {
          if (props.anchor || props.tag || value) {
            if (value?.type === "block-seq")
              onError(props.end, "BAD_INDENT", "All sequence items must start at the same column");
            else
              onError(offset, "MISSING_CHAR", "Sequence item without - indicator");
          } else {
            commentEnd = props.end;
            if (props.comment)
              seq.comment = props.comment;
            continue;
          }
        }
        const node = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, start, null, props, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bs.indent, value, onError);
        offset = node.range[2];
        seq.items.push(node);
      }
      seq.range = [bs.offset, offset, commentEnd ?? offset];
      return seq;
    }
    exports2.resolveBlockSeq = resolveBlockSeq;
  }
});

// node_modules/yaml/dist/compose/resolve-end.js
var require_resolve_end = __commonJS({
  "node_modules/yaml/dist/compose/resolve-end.js"(exports2) {
    "use strict";
    function resolveEnd(end, offset, reqSpace, onError) {
      let comment = "";
      if (end) {
        let hasSpace = false;
        let sep4 = "";
        for (const token of end) {
          const { source, type } = token;
          switch (type) {
            case "space":
              hasSpace = true;
              break;
            case "comment": {
              if (reqSpace && !hasSpace)
                onError(token, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
              const cb = source.substring(1) || " ";
              if (!comment)
                comment = cb;
              else
                comment += sep4 + cb;
              sep4 = "";
              break;
            }
            case "newline":
              if (comment)
                sep4 += source;
              hasSpace = true;
              break;
            default:
              onError(token, "UNEXPECTED_TOKEN", `Unexpected ${type} at node end`);
          }
          offset += source.length;
        }
      }
      return { comment, offset };
    }
    exports2.resolveEnd = resolveEnd;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-collection.js
var require_resolve_flow_collection = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-collection.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilMapIncludes = require_util_map_includes();
    var blockMsg = "Block collections are not allowed within flow collections";
    var isBlock = (token) => token && (token.type === "block-map" || token.type === "block-seq");
    function resolveFlowCollection({ composeNode, composeEmptyNode }, ctx, fc, onError, tag2) {
      const isMap4 = fc.start.source === "{";
      const fcName = isMap4 ? "flow map" : "flow sequence";
      const NodeClass = tag2?.nodeClass ?? (isMap4 ? YAMLMap.YAMLMap : YAMLSeq.YAMLSeq);
      const coll = new NodeClass(ctx.schema);
      coll.flow = true;
      const atRoot = ctx.atRoot;
      if (atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = fc.offset + fc.start.source.length;
      for (let i = 0; i < fc.items.length; ++i) {
        const collItem = fc.items[i];
        const { start, key, sep: sep4, value } = collItem;
        const props = resolveProps.resolveProps(start, {
          flow: fcName,
          indicator: "explicit-key-ind",
          next: key ?? sep4?.[0],
          offset,
          onError,
          parentIndent: fc.indent,
          startOnNewline: false
        });
        if (!props.found) {
          if (!props.anchor && !props.tag && !sep4 && !value) {
            if (i === 0 && props.comma)
              onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
            else if (i < fc.items.length - 1)
              onError(props.start, "UNEXPECTED_TOKEN", `Unexpected empty item in ${fcName}`);
            if (props.comment) {
              if (coll.comment)
                coll.comment += "\n" + props.comment;
              else
                coll.comment = props.comment;
            }
            offset = props.end;
            continue;
          }
          if (!isMap4 && ctx.options.strict && utilContainsNewline.containsNewline(key))
            onError(
              key,
              // checked by containsNewline()
              "MULTILINE_IMPLICIT_KEY",
              "Implicit keys of flow sequence pairs need to be on a single line"
            );
        }
        if (i === 0) {
          if (props.comma)
            onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
        } else {
          if (!props.comma)
            onError(props.start, "MISSING_CHAR", `Missing , between ${fcName} items`);
          if (props.comment) {
            let prevItemComment = "";
            loop: for (const st of start) {
              switch (st.type) {
                case "comma":
                case "space":
                  break;
                case "comment":
                  prevItemComment = st.source.substring(1);
                  break loop;
                default:
                  break loop;
              }
            }
            if (prevItemComment) {
              let prev = coll.items[coll.items.length - 1];
              if (identity.isPair(prev))
                prev = prev.value ?? prev.key;
              if (prev.comment)
                prev.comment += "\n" + prevItemComment;
              else
                prev.comment = prevItemComment;
              props.comment = props.comment.substring(prevItemComment.length + 1);
            }
          }
        }
        if (!isMap4 && !sep4 && !props.found) {
          const valueNode = value ? composeNode(ctx, value, props, onError) : composeEmptyNode(ctx, props.end, sep4, null, props, onError);
          coll.items.push(valueNode);
          offset = valueNode.range[2];
          if (isBlock(value))
            onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
        } else {
          ctx.atKey = true;
          const keyStart = props.end;
          const keyNode = key ? composeNode(ctx, key, props, onError) : composeEmptyNode(ctx, keyStart, start, null, props, onError);
          if (isBlock(key))
            onError(keyNode.range, "BLOCK_IN_FLOW", blockMsg);
          ctx.atKey = false;
          const valueProps = resolveProps.resolveProps(sep4 ?? [], {
            flow: fcName,
            indicator: "map-value-ind",
            next: value,
            offset: keyNode.range[2],
            onError,
            parentIndent: fc.indent,
            startOnNewline: false
          });
          if (valueProps.found) {
            if (!isMap4 && !props.found && ctx.options.strict) {
              if (sep4)
                for (const st of sep4) {
                  if (st === valueProps.found)
                    break;
                  if (st.type === "newline") {
                    onError(st, "MULTILINE_IMPLICIT_KEY", "Implicit keys of flow sequence pairs need to be on a single line");
                    break;
                  }
                }
              if (props.start < valueProps.found.offset - 1024)
                onError(valueProps.found, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit flow sequence key");
            }
          } else if (value) {
            if ("source" in value && value.source?.[0] === ":")
              onError(value, "MISSING_CHAR", `Missing space after : in ${fcName}`);
            else
              onError(valueProps.start, "MISSING_CHAR", `Missing , or : between ${fcName} items`);
          }
          const valueNode = value ? composeNode(ctx, value, valueProps, onError) : valueProps.found ? composeEmptyNode(ctx, valueProps.end, sep4, null, valueProps, onError) : null;
          if (valueNode) {
            if (isBlock(value))
              onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
          } else if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          if (isMap4) {
            const map = coll;
            if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
              onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
            map.items.push(pair);
          } else {
            const map = new YAMLMap.YAMLMap(ctx.schema);
            map.flow = true;
            map.items.push(pair);
            const endRange = (valueNode ?? keyNode).range;
            map.range = [keyNode.range[0], endRange[1], endRange[2]];
            coll.items.push(map);
          }
          offset = valueNode ? valueNode.range[2] : valueProps.end;
        }
      }
      const expectedEnd = isMap4 ? "}" : "]";
      const [ce, ...ee] = fc.end;
      let cePos = offset;
      if (ce?.source === expectedEnd)
        cePos = ce.offset + ce.source.length;
      else {
        const name = fcName[0].toUpperCase() + fcName.substring(1);
        const msg = atRoot ? `${name} must end with a ${expectedEnd}` : `${name} in block collection must be sufficiently indented and end with a ${expectedEnd}`;
        onError(offset, atRoot ? "MISSING_CHAR" : "BAD_INDENT", msg);
        if (ce && ce.source.length !== 1)
          ee.unshift(ce);
      }
      if (ee.length > 0) {
        const end = resolveEnd.resolveEnd(ee, cePos, ctx.options.strict, onError);
        if (end.comment) {
          if (coll.comment)
            coll.comment += "\n" + end.comment;
          else
            coll.comment = end.comment;
        }
        coll.range = [fc.offset, cePos, end.offset];
      } else {
        coll.range = [fc.offset, cePos, cePos];
      }
      return coll;
    }
    exports2.resolveFlowCollection = resolveFlowCollection;
  }
});

// node_modules/yaml/dist/compose/compose-collection.js
var require_compose_collection = __commonJS({
  "node_modules/yaml/dist/compose/compose-collection.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveBlockMap = require_resolve_block_map();
    var resolveBlockSeq = require_resolve_block_seq();
    var resolveFlowCollection = require_resolve_flow_collection();
    function resolveCollection(CN, ctx, token, onError, tagName, tag2) {
      const coll = token.type === "block-map" ? resolveBlockMap.resolveBlockMap(CN, ctx, token, onError, tag2) : token.type === "block-seq" ? resolveBlockSeq.resolveBlockSeq(CN, ctx, token, onError, tag2) : resolveFlowCollection.resolveFlowCollection(CN, ctx, token, onError, tag2);
      const Coll = coll.constructor;
      if (tagName === "!" || tagName === Coll.tagName) {
        coll.tag = Coll.tagName;
        return coll;
      }
      if (tagName)
        coll.tag = tagName;
      return coll;
    }
    function composeCollection(CN, ctx, token, props, onError) {
      const tagToken = props.tag;
      const tagName = !tagToken ? null : ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg));
      if (token.type === "block-seq") {
        const { anchor, newlineAfterProp: nl } = props;
        const lastProp = anchor && tagToken ? anchor.offset > tagToken.offset ? anchor : tagToken : anchor ?? tagToken;
        if (lastProp && (!nl || nl.offset < lastProp.offset)) {
          const message = "Missing newline after block sequence props";
          onError(lastProp, "MISSING_CHAR", message);
        }
      }
      const expType = token.type === "block-map" ? "map" : token.type === "block-seq" ? "seq" : token.start.source === "{" ? "map" : "seq";
      if (!tagToken || !tagName || tagName === "!" || tagName === YAMLMap.YAMLMap.tagName && expType === "map" || tagName === YAMLSeq.YAMLSeq.tagName && expType === "seq") {
        return resolveCollection(CN, ctx, token, onError, tagName);
      }
      let tag2 = ctx.schema.tags.find((t) => t.tag === tagName && t.collection === expType);
      if (!tag2) {
        const kt = ctx.schema.knownTags[tagName];
        if (kt?.collection === expType) {
          ctx.schema.tags.push(Object.assign({}, kt, { default: false }));
          tag2 = kt;
        } else {
          if (kt) {
            onError(tagToken, "BAD_COLLECTION_TYPE", `${kt.tag} used for ${expType} collection, but expects ${kt.collection ?? "scalar"}`, true);
          } else {
            onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, true);
          }
          return resolveCollection(CN, ctx, token, onError, tagName);
        }
      }
      const coll = resolveCollection(CN, ctx, token, onError, tagName, tag2);
      const res = tag2.resolve?.(coll, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg), ctx.options) ?? coll;
      const node = identity.isNode(res) ? res : new Scalar3.Scalar(res);
      node.range = coll.range;
      node.tag = tagName;
      if (tag2?.format)
        node.format = tag2.format;
      return node;
    }
    exports2.composeCollection = composeCollection;
  }
});

// node_modules/yaml/dist/compose/resolve-block-scalar.js
var require_resolve_block_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-scalar.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    function resolveBlockScalar(ctx, scalar, onError) {
      const start = scalar.offset;
      const header2 = parseBlockScalarHeader(scalar, ctx.options.strict, onError);
      if (!header2)
        return { value: "", type: null, comment: "", range: [start, start, start] };
      const type = header2.mode === ">" ? Scalar3.Scalar.BLOCK_FOLDED : Scalar3.Scalar.BLOCK_LITERAL;
      const lines2 = scalar.source ? splitLines(scalar.source) : [];
      let chompStart = lines2.length;
      for (let i = lines2.length - 1; i >= 0; --i) {
        const content = lines2[i][1];
        if (content === "" || content === "\r")
          chompStart = i;
        else
          break;
      }
      if (chompStart === 0) {
        const value2 = header2.chomp === "+" && lines2.length > 0 ? "\n".repeat(Math.max(1, lines2.length - 1)) : "";
        let end2 = start + header2.length;
        if (scalar.source)
          end2 += scalar.source.length;
        return { value: value2, type, comment: header2.comment, range: [start, end2, end2] };
      }
      let trimIndent = scalar.indent + header2.indent;
      let offset = scalar.offset + header2.length;
      let contentStart = 0;
      for (let i = 0; i < chompStart; ++i) {
        const [indent, content] = lines2[i];
        if (content === "" || content === "\r") {
          if (header2.indent === 0 && indent.length > trimIndent)
            trimIndent = indent.length;
        } else {
          if (indent.length < trimIndent) {
            const message = "Block scalars with more-indented leading empty lines must use an explicit indentation indicator";
            onError(offset + indent.length, "MISSING_CHAR", message);
          }
          if (header2.indent === 0)
            trimIndent = indent.length;
          contentStart = i;
          if (trimIndent === 0 && !ctx.atRoot) {
            const message = "Block scalar values in collections must be indented";
            onError(offset, "BAD_INDENT", message);
          }
          break;
        }
        offset += indent.length + content.length + 1;
      }
      for (let i = lines2.length - 1; i >= chompStart; --i) {
        if (lines2[i][0].length > trimIndent)
          chompStart = i + 1;
      }
      let value = "";
      let sep4 = "";
      let prevMoreIndented = false;
      for (let i = 0; i < contentStart; ++i)
        value += lines2[i][0].slice(trimIndent) + "\n";
      for (let i = contentStart; i < chompStart; ++i) {
        let [indent, content] = lines2[i];
        offset += indent.length + content.length + 1;
        const crlf = content[content.length - 1] === "\r";
        if (crlf)
          content = content.slice(0, -1);
        if (content && indent.length < trimIndent) {
          const src = header2.indent ? "explicit indentation indicator" : "first line";
          const message = `Block scalar lines must not be less indented than their ${src}`;
          onError(offset - content.length - (crlf ? 2 : 1), "BAD_INDENT", message);
          indent = "";
        }
        if (type === Scalar3.Scalar.BLOCK_LITERAL) {
          value += sep4 + indent.slice(trimIndent) + content;
          sep4 = "\n";
        } else if (indent.length > trimIndent || content[0] === "	") {
          if (sep4 === " ")
            sep4 = "\n";
          else if (!prevMoreIndented && sep4 === "\n")
            sep4 = "\n\n";
          value += sep4 + indent.slice(trimIndent) + content;
          sep4 = "\n";
          prevMoreIndented = true;
        } else if (content === "") {
          if (sep4 === "\n")
            value += "\n";
          else
            sep4 = "\n";
        } else {
          value += sep4 + content;
          sep4 = " ";
          prevMoreIndented = false;
        }
      }
      switch (header2.chomp) {
        case "-":
          break;
        case "+":
          for (let i = chompStart; i < lines2.length; ++i)
            value += "\n" + lines2[i][0].slice(trimIndent);
          if (value[value.length - 1] !== "\n")
            value += "\n";
          break;
        default:
          value += "\n";
      }
      const end = start + header2.length + scalar.source.length;
      return { value, type, comment: header2.comment, range: [start, end, end] };
    }
    function parseBlockScalarHeader({ offset, props }, strict, onError) {
      if (props[0].type !== "block-scalar-header") {
        onError(props[0], "IMPOSSIBLE", "Block scalar header not found");
        return null;
      }
      const { source } = props[0];
      const mode = source[0];
      let indent = 0;
      let chomp = "";
      let error2 = -1;
      for (let i = 1; i < source.length; ++i) {
        const ch = source[i];
        if (!chomp && (ch === "-" || ch === "+"))
          chomp = ch;
        else {
          const n = Number(ch);
          if (!indent && n)
            indent = n;
          else if (error2 === -1)
            error2 = offset + i;
        }
      }
      if (error2 !== -1)
        onError(error2, "UNEXPECTED_TOKEN", `Block scalar header includes extra characters: ${source}`);
      let hasSpace = false;
      let comment = "";
      let length = source.length;
      for (let i = 1; i < props.length; ++i) {
        const token = props[i];
        switch (token.type) {
          case "space":
            hasSpace = true;
          // fallthrough
          case "newline":
            length += token.source.length;
            break;
          case "comment":
            if (strict && !hasSpace) {
              const message = "Comments must be separated from other tokens by white space characters";
              onError(token, "MISSING_CHAR", message);
            }
            length += token.source.length;
            comment = token.source.substring(1);
            break;
          case "error":
            onError(token, "UNEXPECTED_TOKEN", token.message);
            length += token.source.length;
            break;
          /* istanbul ignore next should not happen */
          default: {
            const message = `Unexpected token in block scalar header: ${token.type}`;
            onError(token, "UNEXPECTED_TOKEN", message);
            const ts = token.source;
            if (ts && typeof ts === "string")
              length += ts.length;
          }
        }
      }
      return { mode, indent, chomp, comment, length };
    }
    function splitLines(source) {
      const split = source.split(/\n( *)/);
      const first2 = split[0];
      const m = first2.match(/^( *)/);
      const line0 = m?.[1] ? [m[1], first2.slice(m[1].length)] : ["", first2];
      const lines2 = [line0];
      for (let i = 1; i < split.length; i += 2)
        lines2.push([split[i], split[i + 1]]);
      return lines2;
    }
    exports2.resolveBlockScalar = resolveBlockScalar;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-scalar.js
var require_resolve_flow_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-scalar.js"(exports2) {
    "use strict";
    var Scalar3 = require_Scalar();
    var resolveEnd = require_resolve_end();
    function resolveFlowScalar(scalar, strict, onError) {
      const { offset, type, source, end } = scalar;
      let _type;
      let value;
      const _onError = (rel, code2, msg) => onError(offset + rel, code2, msg);
      switch (type) {
        case "scalar":
          _type = Scalar3.Scalar.PLAIN;
          value = plainValue(source, _onError);
          break;
        case "single-quoted-scalar":
          _type = Scalar3.Scalar.QUOTE_SINGLE;
          value = singleQuotedValue(source, _onError);
          break;
        case "double-quoted-scalar":
          _type = Scalar3.Scalar.QUOTE_DOUBLE;
          value = doubleQuotedValue(source, _onError);
          break;
        /* istanbul ignore next should not happen */
        default:
          onError(scalar, "UNEXPECTED_TOKEN", `Expected a flow scalar value, but found: ${type}`);
          return {
            value: "",
            type: null,
            comment: "",
            range: [offset, offset + source.length, offset + source.length]
          };
      }
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, strict, onError);
      return {
        value,
        type: _type,
        comment: re.comment,
        range: [offset, valueEnd, re.offset]
      };
    }
    function plainValue(source, onError) {
      let badChar = "";
      switch (source[0]) {
        /* istanbul ignore next should not happen */
        case "	":
          badChar = "a tab character";
          break;
        case ",":
          badChar = "flow indicator character ,";
          break;
        case "%":
          badChar = "directive indicator character %";
          break;
        case "|":
        case ">": {
          badChar = `block scalar indicator ${source[0]}`;
          break;
        }
        case "@":
        case "`": {
          badChar = `reserved character ${source[0]}`;
          break;
        }
      }
      if (badChar)
        onError(0, "BAD_SCALAR_START", `Plain value cannot start with ${badChar}`);
      return unfoldLines(source);
    }
    function singleQuotedValue(source, onError) {
      if (source[source.length - 1] !== "'" || source.length === 1)
        onError(source.length, "MISSING_CHAR", "Missing closing 'quote");
      return unfoldLines(source.slice(1, -1)).replace(/''/g, "'");
    }
    function unfoldLines(source) {
      const line2 = /(.*?)\r?\n/sy;
      let match = line2.exec(source);
      if (!match)
        return source;
      let trimEnd, trimBoth;
      try {
        trimEnd = new RegExp("(?<![ 	])[ 	]+$");
        trimBoth = new RegExp("^[ 	]+|(?<![ 	])[ 	]+$", "g");
      } catch {
        trimEnd = /[ \t]+$/;
        trimBoth = /^[ \t]+|[ \t]+$/g;
      }
      let res = match[1].replace(trimEnd, "");
      let sep4 = " ";
      let pos = line2.lastIndex;
      while (match = line2.exec(source)) {
        const lm = match[1].replace(trimBoth, "");
        if (lm === "") {
          if (sep4 === "\n")
            res += sep4;
          else
            sep4 = "\n";
        } else {
          res += sep4 + lm;
          sep4 = " ";
        }
        pos = line2.lastIndex;
      }
      const last = /[ \t]*(.*)/sy;
      last.lastIndex = pos;
      match = last.exec(source);
      return res + sep4 + (match?.[1] ?? "");
    }
    function doubleQuotedValue(source, onError) {
      let res = "";
      for (let i = 1; i < source.length - 1; ++i) {
        const ch = source[i];
        if (ch === "\r" && source[i + 1] === "\n")
          continue;
        if (ch === "\n") {
          const { fold, offset } = foldNewline(source, i);
          res += fold;
          i = offset;
        } else if (ch === "\\") {
          let next2 = source[++i];
          const cc = escapeCodes[next2];
          if (cc)
            res += cc;
          else if (next2 === "\n") {
            next2 = source[i + 1];
            while (next2 === " " || next2 === "	")
              next2 = source[++i + 1];
          } else if (next2 === "\r" && source[i + 1] === "\n") {
            next2 = source[++i + 1];
            while (next2 === " " || next2 === "	")
              next2 = source[++i + 1];
          } else if (next2 === "x" || next2 === "u" || next2 === "U") {
            const length = next2 === "x" ? 2 : next2 === "u" ? 4 : 8;
            res += parseCharCode(source, i + 1, length, onError);
            i += length;
          } else {
            const raw = source.substr(i - 1, 2);
            onError(i - 1, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw}`);
            res += raw;
          }
        } else if (ch === " " || ch === "	") {
          const wsStart = i;
          let next2 = source[i + 1];
          while (next2 === " " || next2 === "	")
            next2 = source[++i + 1];
          if (next2 !== "\n" && !(next2 === "\r" && source[i + 2] === "\n"))
            res += i > wsStart ? source.slice(wsStart, i + 1) : ch;
        } else {
          res += ch;
        }
      }
      if (source[source.length - 1] !== '"' || source.length === 1)
        onError(source.length, "MISSING_CHAR", 'Missing closing "quote');
      return res;
    }
    function foldNewline(source, offset) {
      let fold = "";
      let ch = source[offset + 1];
      while (ch === " " || ch === "	" || ch === "\n" || ch === "\r") {
        if (ch === "\r" && source[offset + 2] !== "\n")
          break;
        if (ch === "\n")
          fold += "\n";
        offset += 1;
        ch = source[offset + 1];
      }
      if (!fold)
        fold = " ";
      return { fold, offset };
    }
    var escapeCodes = {
      "0": "\0",
      // null character
      a: "\x07",
      // bell character
      b: "\b",
      // backspace
      e: "\x1B",
      // escape character
      f: "\f",
      // form feed
      n: "\n",
      // line feed
      r: "\r",
      // carriage return
      t: "	",
      // horizontal tab
      v: "\v",
      // vertical tab
      N: "",
      // Unicode next line
      _: " ",
      // Unicode non-breaking space
      L: "\u2028",
      // Unicode line separator
      P: "\u2029",
      // Unicode paragraph separator
      " ": " ",
      '"': '"',
      "/": "/",
      "\\": "\\",
      "	": "	"
    };
    function parseCharCode(source, offset, length, onError) {
      const cc = source.substr(offset, length);
      const ok = cc.length === length && /^[0-9a-fA-F]+$/.test(cc);
      const code2 = ok ? parseInt(cc, 16) : NaN;
      try {
        return String.fromCodePoint(code2);
      } catch {
        const raw = source.substr(offset - 2, length + 2);
        onError(offset - 2, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw}`);
        return raw;
      }
    }
    exports2.resolveFlowScalar = resolveFlowScalar;
  }
});

// node_modules/yaml/dist/compose/compose-scalar.js
var require_compose_scalar = __commonJS({
  "node_modules/yaml/dist/compose/compose-scalar.js"(exports2) {
    "use strict";
    var identity = require_identity();
    var Scalar3 = require_Scalar();
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    function composeScalar(ctx, token, tagToken, onError) {
      const { value, type, comment, range } = token.type === "block-scalar" ? resolveBlockScalar.resolveBlockScalar(ctx, token, onError) : resolveFlowScalar.resolveFlowScalar(token, ctx.options.strict, onError);
      const tagName = tagToken ? ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg)) : null;
      let tag2;
      if (ctx.options.stringKeys && ctx.atKey) {
        tag2 = ctx.schema[identity.SCALAR];
      } else if (tagName)
        tag2 = findScalarTagByName(ctx.schema, value, tagName, tagToken, onError);
      else if (token.type === "scalar")
        tag2 = findScalarTagByTest(ctx, value, token, onError);
      else
        tag2 = ctx.schema[identity.SCALAR];
      let scalar;
      try {
        const res = tag2.resolve(value, (msg) => onError(tagToken ?? token, "TAG_RESOLVE_FAILED", msg), ctx.options);
        scalar = identity.isScalar(res) ? res : new Scalar3.Scalar(res);
      } catch (error2) {
        const msg = error2 instanceof Error ? error2.message : String(error2);
        onError(tagToken ?? token, "TAG_RESOLVE_FAILED", msg);
        scalar = new Scalar3.Scalar(value);
      }
      scalar.range = range;
      scalar.source = value;
      if (type)
        scalar.type = type;
      if (tagName)
        scalar.tag = tagName;
      if (tag2.format)
        scalar.format = tag2.format;
      if (comment)
        scalar.comment = comment;
      return scalar;
    }
    function findScalarTagByName(schema, value, tagName, tagToken, onError) {
      if (tagName === "!")
        return schema[identity.SCALAR];
      const matchWithTest = [];
      for (const tag2 of schema.tags) {
        if (!tag2.collection && tag2.tag === tagName) {
          if (tag2.default && tag2.test)
            matchWithTest.push(tag2);
          else
            return tag2;
        }
      }
      for (const tag2 of matchWithTest)
        if (tag2.test?.test(value))
          return tag2;
      const kt = schema.knownTags[tagName];
      if (kt && !kt.collection) {
        schema.tags.push(Object.assign({}, kt, { default: false, test: void 0 }));
        return kt;
      }
      onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, tagName !== "tag:yaml.org,2002:str");
      return schema[identity.SCALAR];
    }
    function findScalarTagByTest({ atKey, directives, schema }, value, token, onError) {
      const tag2 = schema.tags.find((tag3) => (tag3.default === true || atKey && tag3.default === "key") && tag3.test?.test(value)) || schema[identity.SCALAR];
      if (schema.compat) {
        const compat = schema.compat.find((tag3) => tag3.default && tag3.test?.test(value)) ?? schema[identity.SCALAR];
        if (tag2.tag !== compat.tag) {
          const ts = directives.tagString(tag2.tag);
          const cs = directives.tagString(compat.tag);
          const msg = `Value may be parsed as either ${ts} or ${cs}`;
          onError(token, "TAG_RESOLVE_FAILED", msg, true);
        }
      }
      return tag2;
    }
    exports2.composeScalar = composeScalar;
  }
});

// node_modules/yaml/dist/compose/util-empty-scalar-position.js
var require_util_empty_scalar_position = __commonJS({
  "node_modules/yaml/dist/compose/util-empty-scalar-position.js"(exports2) {
    "use strict";
    function emptyScalarPosition(offset, before, pos) {
      if (before) {
        pos ?? (pos = before.length);
        for (let i = pos - 1; i >= 0; --i) {
          let st = before[i];
          switch (st.type) {
            case "space":
            case "comment":
            case "newline":
              offset -= st.source.length;
              continue;
          }
          st = before[++i];
          while (st?.type === "space") {
            offset += st.source.length;
            st = before[++i];
          }
          break;
        }
      }
      return offset;
    }
    exports2.emptyScalarPosition = emptyScalarPosition;
  }
});

// node_modules/yaml/dist/compose/compose-node.js
var require_compose_node = __commonJS({
  "node_modules/yaml/dist/compose/compose-node.js"(exports2) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var composeCollection = require_compose_collection();
    var composeScalar = require_compose_scalar();
    var resolveEnd = require_resolve_end();
    var utilEmptyScalarPosition = require_util_empty_scalar_position();
    var CN = { composeNode, composeEmptyNode };
    function composeNode(ctx, token, props, onError) {
      const atKey = ctx.atKey;
      const { spaceBefore, comment, anchor, tag: tag2 } = props;
      let node;
      let isSrcToken = true;
      switch (token.type) {
        case "alias":
          node = composeAlias(ctx, token, onError);
          if (anchor || tag2)
            onError(token, "ALIAS_PROPS", "An alias node must not specify any properties");
          break;
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "block-scalar":
          node = composeScalar.composeScalar(ctx, token, tag2, onError);
          if (anchor)
            node.anchor = anchor.source.substring(1);
          break;
        case "block-map":
        case "block-seq":
        case "flow-collection":
          try {
            node = composeCollection.composeCollection(CN, ctx, token, props, onError);
            if (anchor)
              node.anchor = anchor.source.substring(1);
          } catch (error2) {
            const message = error2 instanceof Error ? error2.message : String(error2);
            onError(token, "RESOURCE_EXHAUSTION", message);
          }
          break;
        default: {
          const message = token.type === "error" ? token.message : `Unsupported token (type: ${token.type})`;
          onError(token, "UNEXPECTED_TOKEN", message);
          isSrcToken = false;
        }
      }
      node ?? (node = composeEmptyNode(ctx, token.offset, void 0, null, props, onError));
      if (anchor && node.anchor === "")
        onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      if (atKey && ctx.options.stringKeys && (!identity.isScalar(node) || typeof node.value !== "string" || node.tag && node.tag !== "tag:yaml.org,2002:str")) {
        const msg = "With stringKeys, all keys must be strings";
        onError(tag2 ?? token, "NON_STRING_KEY", msg);
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        if (token.type === "scalar" && token.source === "")
          node.comment = comment;
        else
          node.commentBefore = comment;
      }
      if (ctx.options.keepSourceTokens && isSrcToken)
        node.srcToken = token;
      return node;
    }
    function composeEmptyNode(ctx, offset, before, pos, { spaceBefore, comment, anchor, tag: tag2, end }, onError) {
      const token = {
        type: "scalar",
        offset: utilEmptyScalarPosition.emptyScalarPosition(offset, before, pos),
        indent: -1,
        source: ""
      };
      const node = composeScalar.composeScalar(ctx, token, tag2, onError);
      if (anchor) {
        node.anchor = anchor.source.substring(1);
        if (node.anchor === "")
          onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        node.comment = comment;
        node.range[2] = end;
      }
      return node;
    }
    function composeAlias({ options }, { offset, source, end }, onError) {
      const alias = new Alias.Alias(source.substring(1));
      if (alias.source === "")
        onError(offset, "BAD_ALIAS", "Alias cannot be an empty string");
      if (alias.source.endsWith(":"))
        onError(offset + source.length - 1, "BAD_ALIAS", "Alias ending in : is ambiguous", true);
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, options.strict, onError);
      alias.range = [offset, valueEnd, re.offset];
      if (re.comment)
        alias.comment = re.comment;
      return alias;
    }
    exports2.composeEmptyNode = composeEmptyNode;
    exports2.composeNode = composeNode;
  }
});

// node_modules/yaml/dist/compose/compose-doc.js
var require_compose_doc = __commonJS({
  "node_modules/yaml/dist/compose/compose-doc.js"(exports2) {
    "use strict";
    var Document = require_Document();
    var composeNode = require_compose_node();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    function composeDoc(options, directives, { offset, start, value, end }, onError) {
      const opts = Object.assign({ _directives: directives }, options);
      const doc = new Document.Document(void 0, opts);
      const ctx = {
        atKey: false,
        atRoot: true,
        directives: doc.directives,
        options: doc.options,
        schema: doc.schema
      };
      const props = resolveProps.resolveProps(start, {
        indicator: "doc-start",
        next: value ?? end?.[0],
        offset,
        onError,
        parentIndent: 0,
        startOnNewline: true
      });
      if (props.found) {
        doc.directives.docStart = true;
        if (value && (value.type === "block-map" || value.type === "block-seq") && !props.hasNewline)
          onError(props.end, "MISSING_CHAR", "Block collection cannot start on same line with directives-end marker");
      }
      doc.contents = value ? composeNode.composeNode(ctx, value, props, onError) : composeNode.composeEmptyNode(ctx, props.end, start, null, props, onError);
      const contentEnd = doc.contents.range[2];
      const re = resolveEnd.resolveEnd(end, contentEnd, false, onError);
      if (re.comment)
        doc.comment = re.comment;
      doc.range = [offset, contentEnd, re.offset];
      return doc;
    }
    exports2.composeDoc = composeDoc;
  }
});

// node_modules/yaml/dist/compose/composer.js
var require_composer = __commonJS({
  "node_modules/yaml/dist/compose/composer.js"(exports2) {
    "use strict";
    var node_process = require("process");
    var directives = require_directives();
    var Document = require_Document();
    var errors = require_errors();
    var identity = require_identity();
    var composeDoc = require_compose_doc();
    var resolveEnd = require_resolve_end();
    function getErrorPos(src) {
      if (typeof src === "number")
        return [src, src + 1];
      if (Array.isArray(src))
        return src.length === 2 ? src : [src[0], src[1]];
      const { offset, source } = src;
      return [offset, offset + (typeof source === "string" ? source.length : 1)];
    }
    function parsePrelude(prelude) {
      let comment = "";
      let atComment = false;
      let afterEmptyLine = false;
      for (let i = 0; i < prelude.length; ++i) {
        const source = prelude[i];
        switch (source[0]) {
          case "#":
            comment += (comment === "" ? "" : afterEmptyLine ? "\n\n" : "\n") + (source.substring(1) || " ");
            atComment = true;
            afterEmptyLine = false;
            break;
          case "%":
            if (prelude[i + 1]?.[0] !== "#")
              i += 1;
            atComment = false;
            break;
          default:
            if (!atComment)
              afterEmptyLine = true;
            atComment = false;
        }
      }
      return { comment, afterEmptyLine };
    }
    var Composer2 = class {
      constructor(options = {}) {
        this.doc = null;
        this.atDirectives = false;
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
        this.onError = (source, code2, message, warning2) => {
          const pos = getErrorPos(source);
          if (warning2)
            this.warnings.push(new errors.YAMLWarning(pos, code2, message));
          else
            this.errors.push(new errors.YAMLParseError(pos, code2, message));
        };
        this.directives = new directives.Directives({ version: options.version || "1.2" });
        this.options = options;
      }
      decorate(doc, afterDoc) {
        const { comment, afterEmptyLine } = parsePrelude(this.prelude);
        if (comment) {
          const dc = doc.contents;
          if (afterDoc) {
            doc.comment = doc.comment ? `${doc.comment}
${comment}` : comment;
          } else if (afterEmptyLine || doc.directives.docStart || !dc) {
            doc.commentBefore = comment;
          } else if (identity.isCollection(dc) && !dc.flow && dc.items.length > 0) {
            let it = dc.items[0];
            if (identity.isPair(it))
              it = it.key;
            const cb = it.commentBefore;
            it.commentBefore = cb ? `${comment}
${cb}` : comment;
          } else {
            const cb = dc.commentBefore;
            dc.commentBefore = cb ? `${comment}
${cb}` : comment;
          }
        }
        if (afterDoc) {
          for (let i = 0; i < this.errors.length; ++i)
            doc.errors.push(this.errors[i]);
          for (let i = 0; i < this.warnings.length; ++i)
            doc.warnings.push(this.warnings[i]);
        } else {
          doc.errors = this.errors;
          doc.warnings = this.warnings;
        }
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
      }
      /**
       * Current stream status information.
       *
       * Mostly useful at the end of input for an empty stream.
       */
      streamInfo() {
        return {
          comment: parsePrelude(this.prelude).comment,
          directives: this.directives,
          errors: this.errors,
          warnings: this.warnings
        };
      }
      /**
       * Compose tokens into documents.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *compose(tokens, forceDoc = false, endOffset = -1) {
        for (const token of tokens)
          yield* this.next(token);
        yield* this.end(forceDoc, endOffset);
      }
      /** Advance the composer by one CST token. */
      *next(token) {
        if (node_process.env.LOG_STREAM)
          console.dir(token, { depth: null });
        switch (token.type) {
          case "directive":
            this.directives.add(token.source, (offset, message, warning2) => {
              const pos = getErrorPos(token);
              pos[0] += offset;
              this.onError(pos, "BAD_DIRECTIVE", message, warning2);
            });
            this.prelude.push(token.source);
            this.atDirectives = true;
            break;
          case "document": {
            const doc = composeDoc.composeDoc(this.options, this.directives, token, this.onError);
            if (this.atDirectives && !doc.directives.docStart)
              this.onError(token, "MISSING_CHAR", "Missing directives-end/doc-start indicator line");
            this.decorate(doc, false);
            if (this.doc)
              yield this.doc;
            this.doc = doc;
            this.atDirectives = false;
            break;
          }
          case "byte-order-mark":
          case "space":
            break;
          case "comment":
          case "newline":
            this.prelude.push(token.source);
            break;
          case "error": {
            const msg = token.source ? `${token.message}: ${JSON.stringify(token.source)}` : token.message;
            const error2 = new errors.YAMLParseError(getErrorPos(token), "UNEXPECTED_TOKEN", msg);
            if (this.atDirectives || !this.doc)
              this.errors.push(error2);
            else
              this.doc.errors.push(error2);
            break;
          }
          case "doc-end": {
            if (!this.doc) {
              const msg = "Unexpected doc-end without preceding document";
              this.errors.push(new errors.YAMLParseError(getErrorPos(token), "UNEXPECTED_TOKEN", msg));
              break;
            }
            this.doc.directives.docEnd = true;
            const end = resolveEnd.resolveEnd(token.end, token.offset + token.source.length, this.doc.options.strict, this.onError);
            this.decorate(this.doc, true);
            if (end.comment) {
              const dc = this.doc.comment;
              this.doc.comment = dc ? `${dc}
${end.comment}` : end.comment;
            }
            this.doc.range[2] = end.offset;
            break;
          }
          default:
            this.errors.push(new errors.YAMLParseError(getErrorPos(token), "UNEXPECTED_TOKEN", `Unsupported token ${token.type}`));
        }
      }
      /**
       * Call at end of input to yield any remaining document.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *end(forceDoc = false, endOffset = -1) {
        if (this.doc) {
          this.decorate(this.doc, true);
          yield this.doc;
          this.doc = null;
        } else if (forceDoc) {
          const opts = Object.assign({ _directives: this.directives }, this.options);
          const doc = new Document.Document(void 0, opts);
          if (this.atDirectives)
            this.onError(endOffset, "MISSING_CHAR", "Missing directives-end indicator line");
          doc.range = [0, endOffset, endOffset];
          this.decorate(doc, false);
          yield doc;
        }
      }
    };
    exports2.Composer = Composer2;
  }
});

// node_modules/yaml/dist/parse/cst-scalar.js
var require_cst_scalar = __commonJS({
  "node_modules/yaml/dist/parse/cst-scalar.js"(exports2) {
    "use strict";
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    var errors = require_errors();
    var stringifyString = require_stringifyString();
    function resolveAsScalar(token, strict = true, onError) {
      if (token) {
        const _onError = (pos, code2, message) => {
          const offset = typeof pos === "number" ? pos : Array.isArray(pos) ? pos[0] : pos.offset;
          if (onError)
            onError(offset, code2, message);
          else
            throw new errors.YAMLParseError([offset, offset + 1], code2, message);
        };
        switch (token.type) {
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return resolveFlowScalar.resolveFlowScalar(token, strict, _onError);
          case "block-scalar":
            return resolveBlockScalar.resolveBlockScalar({ options: { strict } }, token, _onError);
        }
      }
      return null;
    }
    function createScalarToken(value, context) {
      const { implicitKey = false, indent, inFlow = false, offset = -1, type = "PLAIN" } = context;
      const source = stringifyString.stringifyString({ type, value }, {
        implicitKey,
        indent: indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      const end = context.end ?? [
        { type: "newline", offset: -1, indent, source: "\n" }
      ];
      switch (source[0]) {
        case "|":
        case ">": {
          const he = source.indexOf("\n");
          const head = source.substring(0, he);
          const body = source.substring(he + 1) + "\n";
          const props = [
            { type: "block-scalar-header", offset, indent, source: head }
          ];
          if (!addEndtoBlockProps(props, end))
            props.push({ type: "newline", offset: -1, indent, source: "\n" });
          return { type: "block-scalar", offset, indent, props, source: body };
        }
        case '"':
          return { type: "double-quoted-scalar", offset, indent, source, end };
        case "'":
          return { type: "single-quoted-scalar", offset, indent, source, end };
        default:
          return { type: "scalar", offset, indent, source, end };
      }
    }
    function setScalarValue(token, value, context = {}) {
      let { afterKey = false, implicitKey = false, inFlow = false, type } = context;
      let indent = "indent" in token ? token.indent : null;
      if (afterKey && typeof indent === "number")
        indent += 2;
      if (!type)
        switch (token.type) {
          case "single-quoted-scalar":
            type = "QUOTE_SINGLE";
            break;
          case "double-quoted-scalar":
            type = "QUOTE_DOUBLE";
            break;
          case "block-scalar": {
            const header2 = token.props[0];
            if (header2.type !== "block-scalar-header")
              throw new Error("Invalid block scalar header");
            type = header2.source[0] === ">" ? "BLOCK_FOLDED" : "BLOCK_LITERAL";
            break;
          }
          default:
            type = "PLAIN";
        }
      const source = stringifyString.stringifyString({ type, value }, {
        implicitKey: implicitKey || indent === null,
        indent: indent !== null && indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      switch (source[0]) {
        case "|":
        case ">":
          setBlockScalarValue(token, source);
          break;
        case '"':
          setFlowScalarValue(token, source, "double-quoted-scalar");
          break;
        case "'":
          setFlowScalarValue(token, source, "single-quoted-scalar");
          break;
        default:
          setFlowScalarValue(token, source, "scalar");
      }
    }
    function setBlockScalarValue(token, source) {
      const he = source.indexOf("\n");
      const head = source.substring(0, he);
      const body = source.substring(he + 1) + "\n";
      if (token.type === "block-scalar") {
        const header2 = token.props[0];
        if (header2.type !== "block-scalar-header")
          throw new Error("Invalid block scalar header");
        header2.source = head;
        token.source = body;
      } else {
        const { offset } = token;
        const indent = "indent" in token ? token.indent : -1;
        const props = [
          { type: "block-scalar-header", offset, indent, source: head }
        ];
        if (!addEndtoBlockProps(props, "end" in token ? token.end : void 0))
          props.push({ type: "newline", offset: -1, indent, source: "\n" });
        for (const key of Object.keys(token))
          if (key !== "type" && key !== "offset")
            delete token[key];
        Object.assign(token, { type: "block-scalar", indent, props, source: body });
      }
    }
    function addEndtoBlockProps(props, end) {
      if (end)
        for (const st of end)
          switch (st.type) {
            case "space":
            case "comment":
              props.push(st);
              break;
            case "newline":
              props.push(st);
              return true;
          }
      return false;
    }
    function setFlowScalarValue(token, source, type) {
      switch (token.type) {
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          token.type = type;
          token.source = source;
          break;
        case "block-scalar": {
          const end = token.props.slice(1);
          let oa = source.length;
          if (token.props[0].type === "block-scalar-header")
            oa -= token.props[0].source.length;
          for (const tok of end)
            tok.offset += oa;
          delete token.props;
          Object.assign(token, { type, source, end });
          break;
        }
        case "block-map":
        case "block-seq": {
          const offset = token.offset + source.length;
          const nl = { type: "newline", offset, indent: token.indent, source: "\n" };
          delete token.items;
          Object.assign(token, { type, source, end: [nl] });
          break;
        }
        default: {
          const indent = "indent" in token ? token.indent : -1;
          const end = "end" in token && Array.isArray(token.end) ? token.end.filter((st) => st.type === "space" || st.type === "comment" || st.type === "newline") : [];
          for (const key of Object.keys(token))
            if (key !== "type" && key !== "offset")
              delete token[key];
          Object.assign(token, { type, indent, source, end });
        }
      }
    }
    exports2.createScalarToken = createScalarToken;
    exports2.resolveAsScalar = resolveAsScalar;
    exports2.setScalarValue = setScalarValue;
  }
});

// node_modules/yaml/dist/parse/cst-stringify.js
var require_cst_stringify = __commonJS({
  "node_modules/yaml/dist/parse/cst-stringify.js"(exports2) {
    "use strict";
    var stringify = (cst) => "type" in cst ? stringifyToken(cst) : stringifyItem(cst);
    function stringifyToken(token) {
      switch (token.type) {
        case "block-scalar": {
          let res = "";
          for (const tok of token.props)
            res += stringifyToken(tok);
          return res + token.source;
        }
        case "block-map":
        case "block-seq": {
          let res = "";
          for (const item of token.items)
            res += stringifyItem(item);
          return res;
        }
        case "flow-collection": {
          let res = token.start.source;
          for (const item of token.items)
            res += stringifyItem(item);
          for (const st of token.end)
            res += st.source;
          return res;
        }
        case "document": {
          let res = stringifyItem(token);
          if (token.end)
            for (const st of token.end)
              res += st.source;
          return res;
        }
        default: {
          let res = token.source;
          if ("end" in token && token.end)
            for (const st of token.end)
              res += st.source;
          return res;
        }
      }
    }
    function stringifyItem({ start, key, sep: sep4, value }) {
      let res = "";
      for (const st of start)
        res += st.source;
      if (key)
        res += stringifyToken(key);
      if (sep4)
        for (const st of sep4)
          res += st.source;
      if (value)
        res += stringifyToken(value);
      return res;
    }
    exports2.stringify = stringify;
  }
});

// node_modules/yaml/dist/parse/cst-visit.js
var require_cst_visit = __commonJS({
  "node_modules/yaml/dist/parse/cst-visit.js"(exports2) {
    "use strict";
    var BREAK = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove item");
    function visit2(cst, visitor) {
      if ("type" in cst && cst.type === "document")
        cst = { start: cst.start, value: cst.value };
      _visit(Object.freeze([]), cst, visitor);
    }
    visit2.BREAK = BREAK;
    visit2.SKIP = SKIP;
    visit2.REMOVE = REMOVE;
    visit2.itemAtPath = (cst, path6) => {
      let item = cst;
      for (const [field, index2] of path6) {
        const tok = item?.[field];
        if (tok && "items" in tok) {
          item = tok.items[index2];
        } else
          return void 0;
      }
      return item;
    };
    visit2.parentCollection = (cst, path6) => {
      const parent = visit2.itemAtPath(cst, path6.slice(0, -1));
      const field = path6[path6.length - 1][0];
      const coll = parent?.[field];
      if (coll && "items" in coll)
        return coll;
      throw new Error("Parent collection not found");
    };
    function _visit(path6, item, visitor) {
      let ctrl = visitor(item, path6);
      if (typeof ctrl === "symbol")
        return ctrl;
      for (const field of ["key", "value"]) {
        const token = item[field];
        if (token && "items" in token) {
          for (let i = 0; i < token.items.length; ++i) {
            const ci = _visit(Object.freeze(path6.concat([[field, i]])), token.items[i], visitor);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              token.items.splice(i, 1);
              i -= 1;
            }
          }
          if (typeof ctrl === "function" && field === "key")
            ctrl = ctrl(item, path6);
        }
      }
      return typeof ctrl === "function" ? ctrl(item, path6) : ctrl;
    }
    exports2.visit = visit2;
  }
});

// node_modules/yaml/dist/parse/cst.js
var require_cst = __commonJS({
  "node_modules/yaml/dist/parse/cst.js"(exports2) {
    "use strict";
    var cstScalar = require_cst_scalar();
    var cstStringify = require_cst_stringify();
    var cstVisit = require_cst_visit();
    var BOM2 = "\uFEFF";
    var DOCUMENT = "";
    var FLOW_END = "";
    var SCALAR = "";
    var isCollection = (token) => !!token && "items" in token;
    var isScalar5 = (token) => !!token && (token.type === "scalar" || token.type === "single-quoted-scalar" || token.type === "double-quoted-scalar" || token.type === "block-scalar");
    function prettyToken(token) {
      switch (token) {
        case BOM2:
          return "<BOM>";
        case DOCUMENT:
          return "<DOC>";
        case FLOW_END:
          return "<FLOW_END>";
        case SCALAR:
          return "<SCALAR>";
        default:
          return JSON.stringify(token);
      }
    }
    function tokenType(source) {
      switch (source) {
        case BOM2:
          return "byte-order-mark";
        case DOCUMENT:
          return "doc-mode";
        case FLOW_END:
          return "flow-error-end";
        case SCALAR:
          return "scalar";
        case "---":
          return "doc-start";
        case "...":
          return "doc-end";
        case "":
        case "\n":
        case "\r\n":
          return "newline";
        case "-":
          return "seq-item-ind";
        case "?":
          return "explicit-key-ind";
        case ":":
          return "map-value-ind";
        case "{":
          return "flow-map-start";
        case "}":
          return "flow-map-end";
        case "[":
          return "flow-seq-start";
        case "]":
          return "flow-seq-end";
        case ",":
          return "comma";
      }
      switch (source[0]) {
        case " ":
        case "	":
          return "space";
        case "#":
          return "comment";
        case "%":
          return "directive-line";
        case "*":
          return "alias";
        case "&":
          return "anchor";
        case "!":
          return "tag";
        case "'":
          return "single-quoted-scalar";
        case '"':
          return "double-quoted-scalar";
        case "|":
        case ">":
          return "block-scalar-header";
      }
      return null;
    }
    exports2.createScalarToken = cstScalar.createScalarToken;
    exports2.resolveAsScalar = cstScalar.resolveAsScalar;
    exports2.setScalarValue = cstScalar.setScalarValue;
    exports2.stringify = cstStringify.stringify;
    exports2.visit = cstVisit.visit;
    exports2.BOM = BOM2;
    exports2.DOCUMENT = DOCUMENT;
    exports2.FLOW_END = FLOW_END;
    exports2.SCALAR = SCALAR;
    exports2.isCollection = isCollection;
    exports2.isScalar = isScalar5;
    exports2.prettyToken = prettyToken;
    exports2.tokenType = tokenType;
  }
});

// node_modules/yaml/dist/parse/lexer.js
var require_lexer = __commonJS({
  "node_modules/yaml/dist/parse/lexer.js"(exports2) {
    "use strict";
    var cst = require_cst();
    function isEmpty(ch) {
      switch (ch) {
        case void 0:
        case " ":
        case "\n":
        case "\r":
        case "	":
          return true;
        default:
          return false;
      }
    }
    var hexDigits = new Set("0123456789ABCDEFabcdef");
    var tagChars = new Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()");
    var flowIndicatorChars = new Set(",[]{}");
    var invalidAnchorChars = new Set(" ,[]{}\n\r	");
    var isNotAnchorChar = (ch) => !ch || invalidAnchorChars.has(ch);
    var Lexer2 = class {
      constructor() {
        this.atEnd = false;
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        this.buffer = "";
        this.flowKey = false;
        this.flowLevel = 0;
        this.indentNext = 0;
        this.indentValue = 0;
        this.lineEndPos = null;
        this.next = null;
        this.pos = 0;
      }
      /**
       * Generate YAML tokens from the `source` string. If `incomplete`,
       * a part of the last line may be left as a buffer for the next call.
       *
       * @returns A generator of lexical tokens
       */
      *lex(source, incomplete = false) {
        if (source) {
          if (typeof source !== "string")
            throw TypeError("source is not a string");
          this.buffer = this.buffer ? this.buffer + source : source;
          this.lineEndPos = null;
        }
        this.atEnd = !incomplete;
        let next2 = this.next ?? "stream";
        while (next2 && (incomplete || this.hasChars(1)))
          next2 = yield* this.parseNext(next2);
      }
      atLineEnd() {
        let i = this.pos;
        let ch = this.buffer[i];
        while (ch === " " || ch === "	")
          ch = this.buffer[++i];
        if (!ch || ch === "#" || ch === "\n")
          return true;
        if (ch === "\r")
          return this.buffer[i + 1] === "\n";
        return false;
      }
      charAt(n) {
        return this.buffer[this.pos + n];
      }
      continueScalar(offset) {
        let ch = this.buffer[offset];
        if (this.indentNext > 0) {
          let indent = 0;
          while (ch === " ")
            ch = this.buffer[++indent + offset];
          if (ch === "\r") {
            const next2 = this.buffer[indent + offset + 1];
            if (next2 === "\n" || !next2 && !this.atEnd)
              return offset + indent + 1;
          }
          return ch === "\n" || indent >= this.indentNext || !ch && !this.atEnd ? offset + indent : -1;
        }
        if (ch === "-" || ch === ".") {
          const dt = this.buffer.substr(offset, 3);
          if ((dt === "---" || dt === "...") && isEmpty(this.buffer[offset + 3]))
            return -1;
        }
        return offset;
      }
      getLine() {
        let end = this.lineEndPos;
        if (typeof end !== "number" || end !== -1 && end < this.pos) {
          end = this.buffer.indexOf("\n", this.pos);
          this.lineEndPos = end;
        }
        if (end === -1)
          return this.atEnd ? this.buffer.substring(this.pos) : null;
        if (this.buffer[end - 1] === "\r")
          end -= 1;
        return this.buffer.substring(this.pos, end);
      }
      hasChars(n) {
        return this.pos + n <= this.buffer.length;
      }
      setNext(state) {
        this.buffer = this.buffer.substring(this.pos);
        this.pos = 0;
        this.lineEndPos = null;
        this.next = state;
        return null;
      }
      peek(n) {
        return this.buffer.substr(this.pos, n);
      }
      *parseNext(next2) {
        switch (next2) {
          case "stream":
            return yield* this.parseStream();
          case "line-start":
            return yield* this.parseLineStart();
          case "block-start":
            return yield* this.parseBlockStart();
          case "doc":
            return yield* this.parseDocument();
          case "flow":
            return yield* this.parseFlowCollection();
          case "quoted-scalar":
            return yield* this.parseQuotedScalar();
          case "block-scalar":
            return yield* this.parseBlockScalar();
          case "plain-scalar":
            return yield* this.parsePlainScalar();
        }
      }
      *parseStream() {
        let line2 = this.getLine();
        if (line2 === null)
          return this.setNext("stream");
        if (line2[0] === cst.BOM) {
          yield* this.pushCount(1);
          line2 = line2.substring(1);
        }
        if (line2[0] === "%") {
          let dirEnd = line2.length;
          let cs = line2.indexOf("#");
          while (cs !== -1) {
            const ch = line2[cs - 1];
            if (ch === " " || ch === "	") {
              dirEnd = cs - 1;
              break;
            } else {
              cs = line2.indexOf("#", cs + 1);
            }
          }
          while (true) {
            const ch = line2[dirEnd - 1];
            if (ch === " " || ch === "	")
              dirEnd -= 1;
            else
              break;
          }
          const n = (yield* this.pushCount(dirEnd)) + (yield* this.pushSpaces(true));
          yield* this.pushCount(line2.length - n);
          this.pushNewline();
          return "stream";
        }
        if (this.atLineEnd()) {
          const sp = yield* this.pushSpaces(true);
          yield* this.pushCount(line2.length - sp);
          yield* this.pushNewline();
          return "stream";
        }
        yield cst.DOCUMENT;
        return yield* this.parseLineStart();
      }
      *parseLineStart() {
        const ch = this.charAt(0);
        if (!ch && !this.atEnd)
          return this.setNext("line-start");
        if (ch === "-" || ch === ".") {
          if (!this.atEnd && !this.hasChars(4))
            return this.setNext("line-start");
          const s = this.peek(3);
          if ((s === "---" || s === "...") && isEmpty(this.charAt(3))) {
            yield* this.pushCount(3);
            this.indentValue = 0;
            this.indentNext = 0;
            return s === "---" ? "doc" : "stream";
          }
        }
        this.indentValue = yield* this.pushSpaces(false);
        if (this.indentNext > this.indentValue && !isEmpty(this.charAt(1)))
          this.indentNext = this.indentValue;
        return yield* this.parseBlockStart();
      }
      *parseBlockStart() {
        const [ch0, ch1] = this.peek(2);
        if (!ch1 && !this.atEnd)
          return this.setNext("block-start");
        if ((ch0 === "-" || ch0 === "?" || ch0 === ":") && isEmpty(ch1)) {
          const n = (yield* this.pushCount(1)) + (yield* this.pushSpaces(true));
          this.indentNext = this.indentValue + 1;
          this.indentValue += n;
          return "block-start";
        }
        return "doc";
      }
      *parseDocument() {
        yield* this.pushSpaces(true);
        const line2 = this.getLine();
        if (line2 === null)
          return this.setNext("doc");
        let n = yield* this.pushIndicators();
        switch (line2[n]) {
          case "#":
            yield* this.pushCount(line2.length - n);
          // fallthrough
          case void 0:
            yield* this.pushNewline();
            return yield* this.parseLineStart();
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel = 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            return "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "doc";
          case '"':
          case "'":
            return yield* this.parseQuotedScalar();
          case "|":
          case ">":
            n += yield* this.parseBlockScalarHeader();
            n += yield* this.pushSpaces(true);
            yield* this.pushCount(line2.length - n);
            yield* this.pushNewline();
            return yield* this.parseBlockScalar();
          default:
            return yield* this.parsePlainScalar();
        }
      }
      *parseFlowCollection() {
        let nl, sp;
        let indent = -1;
        do {
          nl = yield* this.pushNewline();
          if (nl > 0) {
            sp = yield* this.pushSpaces(false);
            this.indentValue = indent = sp;
          } else {
            sp = 0;
          }
          sp += yield* this.pushSpaces(true);
        } while (nl + sp > 0);
        const line2 = this.getLine();
        if (line2 === null)
          return this.setNext("flow");
        if (indent !== -1 && indent < this.indentNext && line2[0] !== "#" || indent === 0 && (line2.startsWith("---") || line2.startsWith("...")) && isEmpty(line2[3])) {
          const atFlowEndMarker = indent === this.indentNext - 1 && this.flowLevel === 1 && (line2[0] === "]" || line2[0] === "}");
          if (!atFlowEndMarker) {
            this.flowLevel = 0;
            yield cst.FLOW_END;
            return yield* this.parseLineStart();
          }
        }
        let n = 0;
        while (line2[n] === ",") {
          n += yield* this.pushCount(1);
          n += yield* this.pushSpaces(true);
          this.flowKey = false;
        }
        n += yield* this.pushIndicators();
        switch (line2[n]) {
          case void 0:
            return "flow";
          case "#":
            yield* this.pushCount(line2.length - n);
            return "flow";
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel += 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            this.flowKey = true;
            this.flowLevel -= 1;
            return this.flowLevel ? "flow" : "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "flow";
          case '"':
          case "'":
            this.flowKey = true;
            return yield* this.parseQuotedScalar();
          case ":": {
            const next2 = this.charAt(1);
            if (this.flowKey || isEmpty(next2) || next2 === ",") {
              this.flowKey = false;
              yield* this.pushCount(1);
              yield* this.pushSpaces(true);
              return "flow";
            }
          }
          // fallthrough
          default:
            this.flowKey = false;
            return yield* this.parsePlainScalar();
        }
      }
      *parseQuotedScalar() {
        const quote2 = this.charAt(0);
        let end = this.buffer.indexOf(quote2, this.pos + 1);
        if (quote2 === "'") {
          while (end !== -1 && this.buffer[end + 1] === "'")
            end = this.buffer.indexOf("'", end + 2);
        } else {
          while (end !== -1) {
            let n = 0;
            while (this.buffer[end - 1 - n] === "\\")
              n += 1;
            if (n % 2 === 0)
              break;
            end = this.buffer.indexOf('"', end + 1);
          }
        }
        const qb = this.buffer.substring(0, end);
        let nl = qb.indexOf("\n", this.pos);
        if (nl !== -1) {
          while (nl !== -1) {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = qb.indexOf("\n", cs);
          }
          if (nl !== -1) {
            end = nl - (qb[nl - 1] === "\r" ? 2 : 1);
          }
        }
        if (end === -1) {
          if (!this.atEnd)
            return this.setNext("quoted-scalar");
          end = this.buffer.length;
        }
        yield* this.pushToIndex(end + 1, false);
        return this.flowLevel ? "flow" : "doc";
      }
      *parseBlockScalarHeader() {
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        let i = this.pos;
        while (true) {
          const ch = this.buffer[++i];
          if (ch === "+")
            this.blockScalarKeep = true;
          else if (ch > "0" && ch <= "9")
            this.blockScalarIndent = Number(ch) - 1;
          else if (ch !== "-")
            break;
        }
        return yield* this.pushUntil((ch) => isEmpty(ch) || ch === "#");
      }
      *parseBlockScalar() {
        let nl = this.pos - 1;
        let indent = 0;
        let ch;
        loop: for (let i2 = this.pos; ch = this.buffer[i2]; ++i2) {
          switch (ch) {
            case " ":
              indent += 1;
              break;
            case "\n":
              nl = i2;
              indent = 0;
              break;
            case "\r": {
              const next2 = this.buffer[i2 + 1];
              if (!next2 && !this.atEnd)
                return this.setNext("block-scalar");
              if (next2 === "\n")
                break;
            }
            // fallthrough
            default:
              break loop;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("block-scalar");
        if (indent >= this.indentNext) {
          if (this.blockScalarIndent === -1)
            this.indentNext = indent;
          else {
            this.indentNext = this.blockScalarIndent + (this.indentNext === 0 ? 1 : this.indentNext);
          }
          do {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = this.buffer.indexOf("\n", cs);
          } while (nl !== -1);
          if (nl === -1) {
            if (!this.atEnd)
              return this.setNext("block-scalar");
            nl = this.buffer.length;
          }
        }
        let i = nl + 1;
        ch = this.buffer[i];
        while (ch === " ")
          ch = this.buffer[++i];
        if (ch === "	") {
          while (ch === "	" || ch === " " || ch === "\r" || ch === "\n")
            ch = this.buffer[++i];
          nl = i - 1;
        } else if (!this.blockScalarKeep) {
          do {
            let i2 = nl - 1;
            let ch2 = this.buffer[i2];
            if (ch2 === "\r")
              ch2 = this.buffer[--i2];
            const lastChar = i2;
            while (ch2 === " ")
              ch2 = this.buffer[--i2];
            if (ch2 === "\n" && i2 >= this.pos && i2 + 1 + indent > lastChar)
              nl = i2;
            else
              break;
          } while (true);
        }
        yield cst.SCALAR;
        yield* this.pushToIndex(nl + 1, true);
        return yield* this.parseLineStart();
      }
      *parsePlainScalar() {
        const inFlow = this.flowLevel > 0;
        let end = this.pos - 1;
        let i = this.pos - 1;
        let ch;
        while (ch = this.buffer[++i]) {
          if (ch === ":") {
            const next2 = this.buffer[i + 1];
            if (isEmpty(next2) || inFlow && flowIndicatorChars.has(next2))
              break;
            end = i;
          } else if (isEmpty(ch)) {
            let next2 = this.buffer[i + 1];
            if (ch === "\r") {
              if (next2 === "\n") {
                i += 1;
                ch = "\n";
                next2 = this.buffer[i + 1];
              } else
                end = i;
            }
            if (next2 === "#" || inFlow && flowIndicatorChars.has(next2))
              break;
            if (ch === "\n") {
              const cs = this.continueScalar(i + 1);
              if (cs === -1)
                break;
              i = Math.max(i, cs - 2);
            }
          } else {
            if (inFlow && flowIndicatorChars.has(ch))
              break;
            end = i;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("plain-scalar");
        yield cst.SCALAR;
        yield* this.pushToIndex(end + 1, true);
        return inFlow ? "flow" : "doc";
      }
      *pushCount(n) {
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos += n;
          return n;
        }
        return 0;
      }
      *pushToIndex(i, allowEmpty) {
        const s = this.buffer.slice(this.pos, i);
        if (s) {
          yield s;
          this.pos += s.length;
          return s.length;
        } else if (allowEmpty)
          yield "";
        return 0;
      }
      *pushIndicators() {
        let n = 0;
        loop: while (true) {
          switch (this.charAt(0)) {
            case "!":
              n += yield* this.pushTag();
              n += yield* this.pushSpaces(true);
              continue loop;
            case "&":
              n += yield* this.pushUntil(isNotAnchorChar);
              n += yield* this.pushSpaces(true);
              continue loop;
            case "-":
            // this is an error
            case "?":
            // this is an error outside flow collections
            case ":": {
              const inFlow = this.flowLevel > 0;
              const ch1 = this.charAt(1);
              if (isEmpty(ch1) || inFlow && flowIndicatorChars.has(ch1)) {
                if (!inFlow)
                  this.indentNext = this.indentValue + 1;
                else if (this.flowKey)
                  this.flowKey = false;
                n += yield* this.pushCount(1);
                n += yield* this.pushSpaces(true);
                continue loop;
              }
            }
          }
          break loop;
        }
        return n;
      }
      *pushTag() {
        if (this.charAt(1) === "<") {
          let i = this.pos + 2;
          let ch = this.buffer[i];
          while (!isEmpty(ch) && ch !== ">")
            ch = this.buffer[++i];
          return yield* this.pushToIndex(ch === ">" ? i + 1 : i, false);
        } else {
          let i = this.pos + 1;
          let ch = this.buffer[i];
          while (ch) {
            if (tagChars.has(ch))
              ch = this.buffer[++i];
            else if (ch === "%" && hexDigits.has(this.buffer[i + 1]) && hexDigits.has(this.buffer[i + 2])) {
              ch = this.buffer[i += 3];
            } else
              break;
          }
          return yield* this.pushToIndex(i, false);
        }
      }
      *pushNewline() {
        const ch = this.buffer[this.pos];
        if (ch === "\n")
          return yield* this.pushCount(1);
        else if (ch === "\r" && this.charAt(1) === "\n")
          return yield* this.pushCount(2);
        else
          return 0;
      }
      *pushSpaces(allowTabs) {
        let i = this.pos - 1;
        let ch;
        do {
          ch = this.buffer[++i];
        } while (ch === " " || allowTabs && ch === "	");
        const n = i - this.pos;
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos = i;
        }
        return n;
      }
      *pushUntil(test) {
        let i = this.pos;
        let ch = this.buffer[i];
        while (!test(ch))
          ch = this.buffer[++i];
        return yield* this.pushToIndex(i, false);
      }
    };
    exports2.Lexer = Lexer2;
  }
});

// node_modules/yaml/dist/parse/line-counter.js
var require_line_counter = __commonJS({
  "node_modules/yaml/dist/parse/line-counter.js"(exports2) {
    "use strict";
    var LineCounter2 = class {
      constructor() {
        this.lineStarts = [];
        this.addNewLine = (offset) => this.lineStarts.push(offset);
        this.linePos = (offset) => {
          let low = 0;
          let high = this.lineStarts.length;
          while (low < high) {
            const mid = low + high >> 1;
            if (this.lineStarts[mid] < offset)
              low = mid + 1;
            else
              high = mid;
          }
          if (this.lineStarts[low] === offset)
            return { line: low + 1, col: 1 };
          if (low === 0)
            return { line: 0, col: offset };
          const start = this.lineStarts[low - 1];
          return { line: low, col: offset - start + 1 };
        };
      }
    };
    exports2.LineCounter = LineCounter2;
  }
});

// node_modules/yaml/dist/parse/parser.js
var require_parser = __commonJS({
  "node_modules/yaml/dist/parse/parser.js"(exports2) {
    "use strict";
    var node_process = require("process");
    var cst = require_cst();
    var lexer = require_lexer();
    function includesToken(list3, type) {
      for (let i = 0; i < list3.length; ++i)
        if (list3[i].type === type)
          return true;
      return false;
    }
    function findNonEmptyIndex(list3) {
      for (let i = 0; i < list3.length; ++i) {
        switch (list3[i].type) {
          case "space":
          case "comment":
          case "newline":
            break;
          default:
            return i;
        }
      }
      return -1;
    }
    function isFlowToken(token) {
      switch (token?.type) {
        case "alias":
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "flow-collection":
          return true;
        default:
          return false;
      }
    }
    function getPrevProps(parent) {
      switch (parent.type) {
        case "document":
          return parent.start;
        case "block-map": {
          const it = parent.items[parent.items.length - 1];
          return it.sep ?? it.start;
        }
        case "block-seq":
          return parent.items[parent.items.length - 1].start;
        /* istanbul ignore next should not happen */
        default:
          return [];
      }
    }
    function getFirstKeyStartProps(prev) {
      if (prev.length === 0)
        return [];
      let i = prev.length;
      loop: while (--i >= 0) {
        switch (prev[i].type) {
          case "doc-start":
          case "explicit-key-ind":
          case "map-value-ind":
          case "seq-item-ind":
          case "newline":
            break loop;
        }
      }
      while (prev[++i]?.type === "space") {
      }
      return prev.splice(i, prev.length);
    }
    function arrayPushArray(target, source) {
      if (source.length < 1e5)
        Array.prototype.push.apply(target, source);
      else
        for (let i = 0; i < source.length; ++i)
          target.push(source[i]);
    }
    function fixFlowSeqItems(fc) {
      if (fc.start.type === "flow-seq-start") {
        for (const it of fc.items) {
          if (it.sep && !it.value && !includesToken(it.start, "explicit-key-ind") && !includesToken(it.sep, "map-value-ind")) {
            if (it.key)
              it.value = it.key;
            delete it.key;
            if (isFlowToken(it.value)) {
              if (it.value.end)
                arrayPushArray(it.value.end, it.sep);
              else
                it.value.end = it.sep;
            } else
              arrayPushArray(it.start, it.sep);
            delete it.sep;
          }
        }
      }
    }
    var Parser2 = class {
      /**
       * @param onNewLine - If defined, called separately with the start position of
       *   each new line (in `parse()`, including the start of input).
       */
      constructor(onNewLine) {
        this.atNewLine = true;
        this.atScalar = false;
        this.indent = 0;
        this.offset = 0;
        this.onKeyLine = false;
        this.stack = [];
        this.source = "";
        this.type = "";
        this.lexer = new lexer.Lexer();
        this.onNewLine = onNewLine;
      }
      /**
       * Parse `source` as a YAML stream.
       * If `incomplete`, a part of the last line may be left as a buffer for the next call.
       *
       * Errors are not thrown, but yielded as `{ type: 'error', message }` tokens.
       *
       * @returns A generator of tokens representing each directive, document, and other structure.
       */
      *parse(source, incomplete = false) {
        if (this.onNewLine && this.offset === 0)
          this.onNewLine(0);
        for (const lexeme of this.lexer.lex(source, incomplete))
          yield* this.next(lexeme);
        if (!incomplete)
          yield* this.end();
      }
      /**
       * Advance the parser by the `source` of one lexical token.
       */
      *next(source) {
        this.source = source;
        if (node_process.env.LOG_TOKENS)
          console.log("|", cst.prettyToken(source));
        if (this.atScalar) {
          this.atScalar = false;
          yield* this.step();
          this.offset += source.length;
          return;
        }
        const type = cst.tokenType(source);
        if (!type) {
          const message = `Not a YAML token: ${source}`;
          yield* this.pop({ type: "error", offset: this.offset, message, source });
          this.offset += source.length;
        } else if (type === "scalar") {
          this.atNewLine = false;
          this.atScalar = true;
          this.type = "scalar";
        } else {
          this.type = type;
          yield* this.step();
          switch (type) {
            case "newline":
              this.atNewLine = true;
              this.indent = 0;
              if (this.onNewLine)
                this.onNewLine(this.offset + source.length);
              break;
            case "space":
              if (this.atNewLine && source[0] === " ")
                this.indent += source.length;
              break;
            case "explicit-key-ind":
            case "map-value-ind":
            case "seq-item-ind":
              if (this.atNewLine)
                this.indent += source.length;
              break;
            case "doc-mode":
            case "flow-error-end":
              return;
            default:
              this.atNewLine = false;
          }
          this.offset += source.length;
        }
      }
      /** Call at end of input to push out any remaining constructions */
      *end() {
        while (this.stack.length > 0)
          yield* this.pop();
      }
      get sourceToken() {
        const st = {
          type: this.type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
        return st;
      }
      *step() {
        const top = this.peek(1);
        if (this.type === "doc-end" && top?.type !== "doc-end") {
          while (this.stack.length > 0)
            yield* this.pop();
          this.stack.push({
            type: "doc-end",
            offset: this.offset,
            source: this.source
          });
          return;
        }
        if (!top)
          return yield* this.stream();
        switch (top.type) {
          case "document":
            return yield* this.document(top);
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return yield* this.scalar(top);
          case "block-scalar":
            return yield* this.blockScalar(top);
          case "block-map":
            return yield* this.blockMap(top);
          case "block-seq":
            return yield* this.blockSequence(top);
          case "flow-collection":
            return yield* this.flowCollection(top);
          case "doc-end":
            return yield* this.documentEnd(top);
        }
        yield* this.pop();
      }
      peek(n) {
        return this.stack[this.stack.length - n];
      }
      *pop(error2) {
        const token = error2 ?? this.stack.pop();
        if (!token) {
          const message = "Tried to pop an empty stack";
          yield { type: "error", offset: this.offset, source: "", message };
        } else if (this.stack.length === 0) {
          yield token;
        } else {
          const top = this.peek(1);
          if (token.type === "block-scalar") {
            token.indent = "indent" in top ? top.indent : 0;
          } else if (token.type === "flow-collection" && top.type === "document") {
            token.indent = 0;
          }
          if (token.type === "flow-collection")
            fixFlowSeqItems(token);
          switch (top.type) {
            case "document":
              top.value = token;
              break;
            case "block-scalar":
              top.props.push(token);
              break;
            case "block-map": {
              const it = top.items[top.items.length - 1];
              if (it.value) {
                top.items.push({ start: [], key: token, sep: [] });
                this.onKeyLine = true;
                return;
              } else if (it.sep) {
                it.value = token;
              } else {
                Object.assign(it, { key: token, sep: [] });
                this.onKeyLine = !it.explicitKey;
                return;
              }
              break;
            }
            case "block-seq": {
              const it = top.items[top.items.length - 1];
              if (it.value)
                top.items.push({ start: [], value: token });
              else
                it.value = token;
              break;
            }
            case "flow-collection": {
              const it = top.items[top.items.length - 1];
              if (!it || it.value)
                top.items.push({ start: [], key: token, sep: [] });
              else if (it.sep)
                it.value = token;
              else
                Object.assign(it, { key: token, sep: [] });
              return;
            }
            /* istanbul ignore next should not happen */
            default:
              yield* this.pop();
              yield* this.pop(token);
          }
          if ((top.type === "document" || top.type === "block-map" || top.type === "block-seq") && (token.type === "block-map" || token.type === "block-seq")) {
            const last = token.items[token.items.length - 1];
            if (last && !last.sep && !last.value && last.start.length > 0 && findNonEmptyIndex(last.start) === -1 && (token.indent === 0 || last.start.every((st) => st.type !== "comment" || st.indent < token.indent))) {
              if (top.type === "document")
                top.end = last.start;
              else
                top.items.push({ start: last.start });
              token.items.splice(-1, 1);
            }
          }
        }
      }
      *stream() {
        switch (this.type) {
          case "directive-line":
            yield { type: "directive", offset: this.offset, source: this.source };
            return;
          case "byte-order-mark":
          case "space":
          case "comment":
          case "newline":
            yield this.sourceToken;
            return;
          case "doc-mode":
          case "doc-start": {
            const doc = {
              type: "document",
              offset: this.offset,
              start: []
            };
            if (this.type === "doc-start")
              doc.start.push(this.sourceToken);
            this.stack.push(doc);
            return;
          }
        }
        yield {
          type: "error",
          offset: this.offset,
          message: `Unexpected ${this.type} token in YAML stream`,
          source: this.source
        };
      }
      *document(doc) {
        if (doc.value)
          return yield* this.lineEnd(doc);
        switch (this.type) {
          case "doc-start": {
            if (findNonEmptyIndex(doc.start) !== -1) {
              yield* this.pop();
              yield* this.step();
            } else
              doc.start.push(this.sourceToken);
            return;
          }
          case "anchor":
          case "tag":
          case "space":
          case "comment":
          case "newline":
            doc.start.push(this.sourceToken);
            return;
        }
        const bv = this.startBlockValue(doc);
        if (bv)
          this.stack.push(bv);
        else {
          yield {
            type: "error",
            offset: this.offset,
            message: `Unexpected ${this.type} token in YAML document`,
            source: this.source
          };
        }
      }
      *scalar(scalar) {
        if (this.type === "map-value-ind") {
          const prev = getPrevProps(this.peek(2));
          const start = getFirstKeyStartProps(prev);
          let sep4;
          if (scalar.end) {
            sep4 = scalar.end;
            sep4.push(this.sourceToken);
            delete scalar.end;
          } else
            sep4 = [this.sourceToken];
          const map = {
            type: "block-map",
            offset: scalar.offset,
            indent: scalar.indent,
            items: [{ start, key: scalar, sep: sep4 }]
          };
          this.onKeyLine = true;
          this.stack[this.stack.length - 1] = map;
        } else
          yield* this.lineEnd(scalar);
      }
      *blockScalar(scalar) {
        switch (this.type) {
          case "space":
          case "comment":
          case "newline":
            scalar.props.push(this.sourceToken);
            return;
          case "scalar":
            scalar.source = this.source;
            this.atNewLine = true;
            this.indent = 0;
            if (this.onNewLine) {
              let nl = this.source.indexOf("\n") + 1;
              while (nl !== 0) {
                this.onNewLine(this.offset + nl);
                nl = this.source.indexOf("\n", nl) + 1;
              }
            }
            yield* this.pop();
            break;
          /* istanbul ignore next should not happen */
          default:
            yield* this.pop();
            yield* this.step();
        }
      }
      *blockMap(map) {
        const it = map.items[map.items.length - 1];
        switch (this.type) {
          case "newline":
            this.onKeyLine = false;
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              it.start.push(this.sourceToken);
            }
            return;
          case "space":
          case "comment":
            if (it.value) {
              map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              if (this.atIndentedComment(it.start, map.indent)) {
                const prev = map.items[map.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  map.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
        }
        if (this.indent >= map.indent) {
          const atMapIndent = !this.onKeyLine && this.indent === map.indent;
          const atNextItem = atMapIndent && (it.sep || it.explicitKey) && this.type !== "seq-item-ind";
          let start = [];
          if (atNextItem && it.sep && !it.value) {
            const nl = [];
            for (let i = 0; i < it.sep.length; ++i) {
              const st = it.sep[i];
              switch (st.type) {
                case "newline":
                  nl.push(i);
                  break;
                case "space":
                  break;
                case "comment":
                  if (st.indent > map.indent)
                    nl.length = 0;
                  break;
                default:
                  nl.length = 0;
              }
            }
            if (nl.length >= 2)
              start = it.sep.splice(nl[1]);
          }
          switch (this.type) {
            case "anchor":
            case "tag":
              if (atNextItem || it.value) {
                start.push(this.sourceToken);
                map.items.push({ start });
                this.onKeyLine = true;
              } else if (it.sep) {
                it.sep.push(this.sourceToken);
              } else {
                it.start.push(this.sourceToken);
              }
              return;
            case "explicit-key-ind":
              if (!it.sep && !it.explicitKey) {
                it.start.push(this.sourceToken);
                it.explicitKey = true;
              } else if (atNextItem || it.value) {
                start.push(this.sourceToken);
                map.items.push({ start, explicitKey: true });
              } else {
                this.stack.push({
                  type: "block-map",
                  offset: this.offset,
                  indent: this.indent,
                  items: [{ start: [this.sourceToken], explicitKey: true }]
                });
              }
              this.onKeyLine = true;
              return;
            case "map-value-ind":
              if (it.explicitKey) {
                if (!it.sep) {
                  if (includesToken(it.start, "newline")) {
                    Object.assign(it, { key: null, sep: [this.sourceToken] });
                  } else {
                    const start2 = getFirstKeyStartProps(it.start);
                    this.stack.push({
                      type: "block-map",
                      offset: this.offset,
                      indent: this.indent,
                      items: [{ start: start2, key: null, sep: [this.sourceToken] }]
                    });
                  }
                } else if (it.value) {
                  map.items.push({ start: [], key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start, key: null, sep: [this.sourceToken] }]
                  });
                } else if (isFlowToken(it.key) && !includesToken(it.sep, "newline")) {
                  const start2 = getFirstKeyStartProps(it.start);
                  const key = it.key;
                  const sep4 = it.sep;
                  sep4.push(this.sourceToken);
                  delete it.key;
                  delete it.sep;
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: start2, key, sep: sep4 }]
                  });
                } else if (start.length > 0) {
                  it.sep = it.sep.concat(start, this.sourceToken);
                } else {
                  it.sep.push(this.sourceToken);
                }
              } else {
                if (!it.sep) {
                  Object.assign(it, { key: null, sep: [this.sourceToken] });
                } else if (it.value || atNextItem) {
                  map.items.push({ start, key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: [], key: null, sep: [this.sourceToken] }]
                  });
                } else {
                  it.sep.push(this.sourceToken);
                }
              }
              this.onKeyLine = true;
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs3 = this.flowScalar(this.type);
              if (atNextItem || it.value) {
                map.items.push({ start, key: fs3, sep: [] });
                this.onKeyLine = true;
              } else if (it.sep) {
                this.stack.push(fs3);
              } else {
                Object.assign(it, { key: fs3, sep: [] });
                this.onKeyLine = true;
              }
              return;
            }
            default: {
              const bv = this.startBlockValue(map);
              if (bv) {
                if (bv.type === "block-seq") {
                  if (!it.explicitKey && it.sep && !includesToken(it.sep, "newline")) {
                    yield* this.pop({
                      type: "error",
                      offset: this.offset,
                      message: "Unexpected block-seq-ind on same line with key",
                      source: this.source
                    });
                    return;
                  }
                } else if (atMapIndent) {
                  map.items.push({ start });
                }
                this.stack.push(bv);
                return;
              }
            }
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *blockSequence(seq) {
        const it = seq.items[seq.items.length - 1];
        switch (this.type) {
          case "newline":
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                seq.items.push({ start: [this.sourceToken] });
            } else
              it.start.push(this.sourceToken);
            return;
          case "space":
          case "comment":
            if (it.value)
              seq.items.push({ start: [this.sourceToken] });
            else {
              if (this.atIndentedComment(it.start, seq.indent)) {
                const prev = seq.items[seq.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  seq.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
          case "anchor":
          case "tag":
            if (it.value || this.indent <= seq.indent)
              break;
            it.start.push(this.sourceToken);
            return;
          case "seq-item-ind":
            if (this.indent !== seq.indent)
              break;
            if (it.value || includesToken(it.start, "seq-item-ind"))
              seq.items.push({ start: [this.sourceToken] });
            else
              it.start.push(this.sourceToken);
            return;
        }
        if (this.indent > seq.indent) {
          const bv = this.startBlockValue(seq);
          if (bv) {
            this.stack.push(bv);
            return;
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *flowCollection(fc) {
        const it = fc.items[fc.items.length - 1];
        if (this.type === "flow-error-end") {
          let top;
          do {
            yield* this.pop();
            top = this.peek(1);
          } while (top?.type === "flow-collection");
        } else if (fc.end.length === 0) {
          switch (this.type) {
            case "comma":
            case "explicit-key-ind":
              if (!it || it.sep)
                fc.items.push({ start: [this.sourceToken] });
              else
                it.start.push(this.sourceToken);
              return;
            case "map-value-ind":
              if (!it || it.value)
                fc.items.push({ start: [], key: null, sep: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                Object.assign(it, { key: null, sep: [this.sourceToken] });
              return;
            case "space":
            case "comment":
            case "newline":
            case "anchor":
            case "tag":
              if (!it || it.value)
                fc.items.push({ start: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                it.start.push(this.sourceToken);
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs3 = this.flowScalar(this.type);
              if (!it || it.value)
                fc.items.push({ start: [], key: fs3, sep: [] });
              else if (it.sep)
                this.stack.push(fs3);
              else
                Object.assign(it, { key: fs3, sep: [] });
              return;
            }
            case "flow-map-end":
            case "flow-seq-end":
              fc.end.push(this.sourceToken);
              return;
          }
          const bv = this.startBlockValue(fc);
          if (bv)
            this.stack.push(bv);
          else {
            yield* this.pop();
            yield* this.step();
          }
        } else {
          const parent = this.peek(2);
          if (parent.type === "block-map" && (this.type === "map-value-ind" && parent.indent === fc.indent || this.type === "newline" && !parent.items[parent.items.length - 1].sep)) {
            yield* this.pop();
            yield* this.step();
          } else if (this.type === "map-value-ind" && parent.type !== "flow-collection") {
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            fixFlowSeqItems(fc);
            const sep4 = fc.end.splice(1, fc.end.length);
            sep4.push(this.sourceToken);
            const map = {
              type: "block-map",
              offset: fc.offset,
              indent: fc.indent,
              items: [{ start, key: fc, sep: sep4 }]
            };
            this.onKeyLine = true;
            this.stack[this.stack.length - 1] = map;
          } else {
            yield* this.lineEnd(fc);
          }
        }
      }
      flowScalar(type) {
        if (this.onNewLine) {
          let nl = this.source.indexOf("\n") + 1;
          while (nl !== 0) {
            this.onNewLine(this.offset + nl);
            nl = this.source.indexOf("\n", nl) + 1;
          }
        }
        return {
          type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
      }
      startBlockValue(parent) {
        switch (this.type) {
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return this.flowScalar(this.type);
          case "block-scalar-header":
            return {
              type: "block-scalar",
              offset: this.offset,
              indent: this.indent,
              props: [this.sourceToken],
              source: ""
            };
          case "flow-map-start":
          case "flow-seq-start":
            return {
              type: "flow-collection",
              offset: this.offset,
              indent: this.indent,
              start: this.sourceToken,
              items: [],
              end: []
            };
          case "seq-item-ind":
            return {
              type: "block-seq",
              offset: this.offset,
              indent: this.indent,
              items: [{ start: [this.sourceToken] }]
            };
          case "explicit-key-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            start.push(this.sourceToken);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start, explicitKey: true }]
            };
          }
          case "map-value-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start = getFirstKeyStartProps(prev);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start, key: null, sep: [this.sourceToken] }]
            };
          }
        }
        return null;
      }
      atIndentedComment(start, indent) {
        if (this.type !== "comment")
          return false;
        if (this.indent <= indent)
          return false;
        return start.every((st) => st.type === "newline" || st.type === "space");
      }
      *documentEnd(docEnd) {
        if (this.type !== "doc-mode") {
          if (docEnd.end)
            docEnd.end.push(this.sourceToken);
          else
            docEnd.end = [this.sourceToken];
          if (this.type === "newline")
            yield* this.pop();
        }
      }
      *lineEnd(token) {
        switch (this.type) {
          case "comma":
          case "doc-start":
          case "doc-end":
          case "flow-seq-end":
          case "flow-map-end":
          case "map-value-ind":
            yield* this.pop();
            yield* this.step();
            break;
          case "newline":
            this.onKeyLine = false;
          // fallthrough
          case "space":
          case "comment":
          default:
            if (token.end)
              token.end.push(this.sourceToken);
            else
              token.end = [this.sourceToken];
            if (this.type === "newline")
              yield* this.pop();
        }
      }
    };
    exports2.Parser = Parser2;
  }
});

// node_modules/yaml/dist/public-api.js
var require_public_api = __commonJS({
  "node_modules/yaml/dist/public-api.js"(exports2) {
    "use strict";
    var composer = require_composer();
    var Document = require_Document();
    var errors = require_errors();
    var log = require_log();
    var identity = require_identity();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    function parseOptions(options) {
      const prettyErrors = options.prettyErrors !== false;
      const lineCounter$1 = options.lineCounter || prettyErrors && new lineCounter.LineCounter() || null;
      return { lineCounter: lineCounter$1, prettyErrors };
    }
    function parseAllDocuments(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      const docs = Array.from(composer$1.compose(parser$1.parse(source)));
      if (prettyErrors && lineCounter2)
        for (const doc of docs) {
          doc.errors.forEach(errors.prettifyError(source, lineCounter2));
          doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
        }
      if (docs.length > 0)
        return docs;
      return Object.assign([], { empty: true }, composer$1.streamInfo());
    }
    function parseDocument(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      let doc = null;
      for (const _doc of composer$1.compose(parser$1.parse(source), true, source.length)) {
        if (!doc)
          doc = _doc;
        else if (doc.options.logLevel !== "silent") {
          doc.errors.push(new errors.YAMLParseError(_doc.range.slice(0, 2), "MULTIPLE_DOCS", "Source contains multiple documents; please use YAML.parseAllDocuments()"));
          break;
        }
      }
      if (prettyErrors && lineCounter2) {
        doc.errors.forEach(errors.prettifyError(source, lineCounter2));
        doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
      }
      return doc;
    }
    function parse3(src, reviver, options) {
      let _reviver = void 0;
      if (typeof reviver === "function") {
        _reviver = reviver;
      } else if (options === void 0 && reviver && typeof reviver === "object") {
        options = reviver;
      }
      const doc = parseDocument(src, options);
      if (!doc)
        return null;
      doc.warnings.forEach((warning2) => log.warn(doc.options.logLevel, warning2));
      if (doc.errors.length > 0) {
        if (doc.options.logLevel !== "silent")
          throw doc.errors[0];
        else
          doc.errors = [];
      }
      return doc.toJS(Object.assign({ reviver: _reviver }, options));
    }
    function stringify(value, replacer, options) {
      let _replacer = null;
      if (typeof replacer === "function" || Array.isArray(replacer)) {
        _replacer = replacer;
      } else if (options === void 0 && replacer) {
        options = replacer;
      }
      if (typeof options === "string")
        options = options.length;
      if (typeof options === "number") {
        const indent = Math.round(options);
        options = indent < 1 ? void 0 : indent > 8 ? { indent: 8 } : { indent };
      }
      if (value === void 0) {
        const { keepUndefined } = options ?? replacer ?? {};
        if (!keepUndefined)
          return void 0;
      }
      if (identity.isDocument(value) && !_replacer)
        return value.toString(options);
      return new Document.Document(value, _replacer, options).toString(options);
    }
    exports2.parse = parse3;
    exports2.parseAllDocuments = parseAllDocuments;
    exports2.parseDocument = parseDocument;
    exports2.stringify = stringify;
  }
});

// node_modules/yaml/dist/index.js
var require_dist = __commonJS({
  "node_modules/yaml/dist/index.js"(exports2) {
    "use strict";
    var composer = require_composer();
    var Document = require_Document();
    var Schema = require_Schema();
    var errors = require_errors();
    var Alias = require_Alias();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar3 = require_Scalar();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var cst = require_cst();
    var lexer = require_lexer();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    var publicApi = require_public_api();
    var visit2 = require_visit();
    exports2.Composer = composer.Composer;
    exports2.Document = Document.Document;
    exports2.Schema = Schema.Schema;
    exports2.YAMLError = errors.YAMLError;
    exports2.YAMLParseError = errors.YAMLParseError;
    exports2.YAMLWarning = errors.YAMLWarning;
    exports2.Alias = Alias.Alias;
    exports2.isAlias = identity.isAlias;
    exports2.isCollection = identity.isCollection;
    exports2.isDocument = identity.isDocument;
    exports2.isMap = identity.isMap;
    exports2.isNode = identity.isNode;
    exports2.isPair = identity.isPair;
    exports2.isScalar = identity.isScalar;
    exports2.isSeq = identity.isSeq;
    exports2.Pair = Pair.Pair;
    exports2.Scalar = Scalar3.Scalar;
    exports2.YAMLMap = YAMLMap.YAMLMap;
    exports2.YAMLSeq = YAMLSeq.YAMLSeq;
    exports2.CST = cst;
    exports2.Lexer = lexer.Lexer;
    exports2.LineCounter = lineCounter.LineCounter;
    exports2.Parser = parser.Parser;
    exports2.parse = publicApi.parse;
    exports2.parseAllDocuments = publicApi.parseAllDocuments;
    exports2.parseDocument = publicApi.parseDocument;
    exports2.stringify = publicApi.stringify;
    exports2.visit = visit2.visit;
    exports2.visitAsync = visit2.visitAsync;
  }
});

// src/config/decode.ts
function placeAt(source, offset) {
  const { line: line2, col } = source.lines.linePos(offset);
  return { file: source.path, line: Math.max(line2, 1), column: Math.max(col, 1) };
}
function decode(file2) {
  const { path: path6, bytes: bytes2 } = file2;
  const start = { file: path6, line: 1, column: 1 };
  if (bytes2.length > MAX_FILE_BYTES) {
    return {
      place: start,
      what: "the file is larger than 4 MiB",
      mend: "split it into several files"
    };
  }
  if (looksLikeUtf16(bytes2)) {
    return { place: start, what: "the file is UTF-16", mend: "save it as UTF-8" };
  }
  const text4 = decodeUtf8(bytes2);
  if (text4 === void 0) {
    return {
      place: firstBadByte(path6, bytes2),
      what: "the file is not UTF-8 from here",
      mend: "save it as UTF-8"
    };
  }
  const source = { path: path6, text: text4, lines: countLines(text4) };
  const unfit = UNFIT.exec(text4);
  return unfit ? unfitCharacter(source, unfit) : source;
}
function unfitCharacter(source, found) {
  const place = placeAt(source, found.index);
  if (found[0] === "\r") {
    return {
      place,
      what: "a line ends with a lone carriage return",
      mend: "save the file with LF or CRLF line ends"
    };
  }
  const code2 = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return { place, what: `the file holds the control character U+${code2}`, mend: "remove it" };
}
function looksLikeUtf16(bytes2) {
  const [a, b] = bytes2;
  if (a === 255 && b === 254 || a === 254 && b === 255) return true;
  return bytes2.length > 1 && a === 0 !== (b === 0);
}
function decodeUtf8(bytes2) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes2);
  } catch {
    return void 0;
  }
}
function firstBadByte(file2, bytes2) {
  let start = 0;
  for (let line2 = 1; start <= bytes2.length; line2 += 1) {
    const newline = bytes2.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes2.length : newline;
    const piece = bytes2.subarray(start, end);
    if (decodeUtf8(piece) === void 0) {
      const column = new TextDecoder().decode(piece).indexOf("�") + 1;
      return { file: file2, line: line2, column: Math.max(column, 1) };
    }
    start = end + 1;
  }
  return { file: file2, line: 1, column: 1 };
}
function countLines(text4) {
  const lines2 = new import_yaml.LineCounter();
  lines2.addNewLine(0);
  for (let at2 = text4.indexOf("\n"); at2 >= 0; at2 = text4.indexOf("\n", at2 + 1)) lines2.addNewLine(at2 + 1);
  return lines2;
}
var import_yaml, MAX_FILE_BYTES, NEWLINE, UNFIT;
var init_decode = __esm({
  "src/config/decode.ts"() {
    "use strict";
    import_yaml = __toESM(require_dist(), 1);
    MAX_FILE_BYTES = 4 * 1024 * 1024;
    NEWLINE = 10;
    UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|\r(?!\n)/;
  }
});

// src/config/origin.ts
function originOf(document2, ...base) {
  const place = (offset) => placeAt(document2.source, offset);
  return {
    at: (...path6) => place(startOf(find(document2, [...base, ...path6]).node)),
    keyAt: (...path6) => {
      const { node, key } = find(document2, [...base, ...path6]);
      return place(startOf(key ?? node));
    },
    inside: (offset, ...path6) => {
      const node = resolve(document2, find(document2, [...base, ...path6]).node);
      return place(startOf(node) + ((0, import_yaml2.isScalar)(node) ? offsetInSource(node, document2.source.text, offset) : 0));
    }
  };
}
function nodeAt(document2, path6) {
  return find(document2, path6).node;
}
function find(document2, path6) {
  let found = { node: document2.root };
  for (const step of path6) {
    const next2 = child(resolve(document2, found.node), step);
    if (!next2) return { node: found.node };
    found = next2;
  }
  return found;
}
function child(parent, step) {
  if ((0, import_yaml2.isSeq)(parent)) {
    const item = parent.items[Number(step)];
    return item && { node: item };
  }
  if (!(0, import_yaml2.isMap)(parent)) return void 0;
  const names = [String(step), SINGULAR[String(step)]];
  for (const name of names) {
    for (const { key, value } of parent.items) {
      if (!(0, import_yaml2.isScalar)(key) || key.value !== name) continue;
      return { node: value ?? key, key };
    }
  }
  return void 0;
}
function resolve(document2, node) {
  return (0, import_yaml2.isAlias)(node) ? document2.aliases.get(node) ?? node : node;
}
function startOf(node) {
  return node?.range?.[0] ?? 0;
}
function offsetInSource(node, text4, offset) {
  const range = node.range;
  if (!range) return 0;
  const source = text4.slice(range[0], range[1]);
  if (source.includes("\n")) return 0;
  if (node.type === import_yaml2.Scalar.QUOTE_SINGLE) return skip(source, offset, /^''/);
  if (node.type === import_yaml2.Scalar.QUOTE_DOUBLE) return skip(source, offset, DOUBLE_QUOTED);
  return Math.min(offset, source.length);
}
function skip(source, offset, escape) {
  let at2 = 1;
  for (let seen = 0; seen < offset && at2 < source.length - 1; seen += 1) {
    at2 += escape.exec(source.slice(at2, at2 + 10))?.[0].length ?? 1;
  }
  return at2;
}
var import_yaml2, SINGULAR, DOUBLE_QUOTED;
var init_origin = __esm({
  "src/config/origin.ts"() {
    "use strict";
    import_yaml2 = __toESM(require_dist(), 1);
    init_decode();
    SINGULAR = { tags: "tag" };
    DOUBLE_QUOTED = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/;
  }
});

// src/config/platforms.ts
function parsePlatform(text4) {
  const normal = DEFAULT_VARIANTS[text4] ?? text4;
  if (KNOWN_PLATFORMS.includes(normal)) return { ok: true, value: normal };
  const shown3 = JSON.stringify(text4.slice(0, 60));
  const near = nearestPlatform(text4);
  return {
    ok: false,
    what: `${shown3} is not a platform`,
    mend: near ? `write "${near}"` : 'write it as "os/arch" or "os/arch/variant", such as "linux/amd64" or "linux/arm/v7"'
  };
}
function nearestPlatform(text4) {
  const lower = text4.trim().toLowerCase();
  const [first2 = "", ...rest] = lower.split("/");
  const os6 = rest.length > 0 ? first2 : "linux";
  const arch2 = rest.length > 0 ? rest.join("/") : first2;
  const named2 = `${os6}/${OTHER_NAMES[arch2] ?? arch2}`;
  const normal = DEFAULT_VARIANTS[named2] ?? named2;
  if (KNOWN_PLATFORMS.includes(normal)) return normal;
  return suggest(named2, KNOWN_PLATFORMS);
}
var KNOWN_PLATFORMS, DEFAULT_VARIANTS, ACCEPTED_PLATFORMS, OTHER_NAMES;
var init_platforms = __esm({
  "src/config/platforms.ts"() {
    "use strict";
    init_nearest();
    KNOWN_PLATFORMS = [
      "linux/amd64",
      "linux/arm64",
      "linux/arm/v7",
      "linux/arm/v6",
      "linux/arm/v5",
      "linux/386",
      "linux/ppc64le",
      "linux/s390x",
      "linux/riscv64",
      "linux/loong64",
      "linux/mips64le",
      "linux/mips64",
      "linux/mipsle",
      "linux/mips",
      "linux/ppc64",
      "linux/amd64/v2",
      "linux/amd64/v3",
      "linux/amd64/v4",
      "linux/arm64/v9",
      "windows/amd64",
      "windows/arm64",
      "windows/386",
      "darwin/amd64",
      "darwin/arm64",
      "freebsd/amd64",
      "freebsd/arm64",
      "freebsd/386",
      "netbsd/amd64",
      "openbsd/amd64",
      "solaris/amd64",
      "illumos/amd64",
      "wasip1/wasm",
      "wasi/wasm",
      "js/wasm"
    ];
    DEFAULT_VARIANTS = {
      "linux/arm64/v8": "linux/arm64",
      "linux/arm64/8": "linux/arm64",
      "linux/amd64/v1": "linux/amd64",
      "linux/arm": "linux/arm/v7",
      "linux/arm/7": "linux/arm/v7",
      "linux/arm/6": "linux/arm/v6",
      "linux/arm/5": "linux/arm/v5",
      "windows/arm64/v8": "windows/arm64",
      "darwin/arm64/v8": "darwin/arm64"
    };
    ACCEPTED_PLATFORMS = [...KNOWN_PLATFORMS, ...Object.keys(DEFAULT_VARIANTS)];
    OTHER_NAMES = {
      x86_64: "amd64",
      "x86-64": "amd64",
      x64: "amd64",
      aarch64: "arm64",
      armhf: "arm/v7",
      armv7l: "arm/v7",
      armv7: "arm/v7",
      armel: "arm/v6",
      armv6l: "arm/v6",
      i386: "386",
      i686: "386",
      x86: "386",
      powerpc64le: "ppc64le",
      ppc64el: "ppc64le",
      loongarch64: "loong64"
    };
  }
});

// src/config/assemble.ts
function assemble(pieces) {
  const policy2 = first(pieces, "policy");
  const tracking2 = first(pieces, "tracking");
  return {
    ...policy2 ? { policy: policyConfig(policy2.document, policy2.value) } : {},
    builds: pieces.flatMap(
      ({ document: document2, data }) => (data.builds ?? []).map((build2, index2) => buildConfig(document2, build2, ["builds", index2]))
    ),
    images: pieces.flatMap(
      ({ document: document2, data }) => (data.images ?? []).map((image3, index2) => imageConfig(document2, image3, ["images", index2]))
    ),
    runners: byPlatform(first(pieces, "runners")?.value ?? {}),
    stagePolicy: first(pieces, "stage_policy")?.value ?? "demote",
    onHold: first(pieces, "on_hold")?.value ?? "pass",
    ...tracking2 ? { tracking: trackingConfig(tracking2.document, tracking2.value) } : {}
  };
}
function first(pieces, key) {
  for (const { document: document2, data } of pieces) {
    const value = data[key];
    if (value !== void 0 && value !== null) return { document: document2, value };
  }
  return void 0;
}
function imageConfig(document2, data, path6) {
  return {
    name: data.name,
    repository: sure(parseRepository(data.name)),
    ...given("srcName", data.src_name),
    srcRepository: sure(parseRepository(data.src_name ?? data.name)),
    ...given("srcBuildTag", data.src_build_tag),
    ...given("srcRef", data.src_ref),
    ...given("srcDigest", data.src_digest),
    tags: listOf(data.tag ?? data.tags),
    stable: data.stable ?? false,
    platforms: (data.platforms ?? []).map((platform3) => sure(parsePlatform(platform3))),
    attachments: data.attachments ?? "copy",
    requires: gateList(document2, data.requires, [...path6, "requires"]),
    ...given("bug", data.bug),
    references: data.references ?? [],
    origin: originOf(document2, ...path6)
  };
}
function buildConfig(document2, data, path6) {
  return {
    names: listOf(data.name).map((text4) => ({ text: text4, repository: sure(parseRepository(text4)) })),
    context: data.context ?? ".",
    ...given("file", data.file),
    ...given("target", data.target === "" ? void 0 : data.target),
    buildArgs: data.build_args ?? {},
    buildContexts: data.build_contexts ?? {},
    labels: data.labels ?? {},
    annotations: data.annotations ?? {},
    secrets: data.secrets ?? [],
    ssh: data.ssh ?? [],
    cacheFrom: data.cache_from ?? [],
    cacheTo: data.cache_to ?? [],
    noCache: data.no_cache ?? false,
    pull: data.pull ?? false,
    ...given("network", data.network),
    ...given("shmSize", data.shm_size),
    ulimits: data.ulimits ?? [],
    addHosts: data.add_hosts ?? [],
    ...given("provenance", textOf(data.provenance)),
    ...given("sbom", textOf(data.sbom)),
    platforms: platformConfigs(document2, data.platforms ?? [], [...path6, "platforms"]),
    requires: gateList(document2, data.requires, [...path6, "requires"]),
    origin: originOf(document2, ...path6)
  };
}
function platformConfigs(document2, data, path6) {
  const rows = Array.isArray(data) ? data.map((name, index2) => ({ name, at: index2, value: "release" })) : Object.entries(data).map(([name, value]) => ({ name, at: name, value }));
  return rows.map(({ name, at: at2, value }) => {
    const { stage: stage2, requires } = typeof value === "string" ? { stage: value, requires: void 0 } : value;
    return {
      platform: sure(parsePlatform(name)),
      stage: stage2,
      requires: gateList(document2, requires, [...path6, at2, "requires"]),
      origin: originOf(document2, ...path6, at2)
    };
  });
}
function policyConfig(document2, data) {
  const origin = originOf(document2, "policy");
  if (typeof data === "string") return { preset: data, rules: [], examples: [], origin };
  return {
    ...given("preset", data.preset),
    ...given("stableSuffix", data.stable_suffix),
    ...given("timezone", data.timezone),
    ...given("unmatched", data.unmatched),
    rules: (data.rules ?? []).map((rule2, index2) => ruleConfig(document2, rule2, ["policy", "rules", index2])),
    examples: (data.examples ?? []).map((example2, index2) => ({
      ref: example2.ref,
      class: example2.class,
      ...given("tags", example2.tags),
      origin: originOf(document2, "policy", "examples", index2)
    })),
    origin
  };
}
function ruleConfig(document2, data, path6) {
  const { stable = false } = data;
  return {
    class: data.class,
    ...given("branch", data.branch === void 0 ? void 0 : listOf(data.branch)),
    ...given("gitTag", data.git_tag === void 0 ? void 0 : listOf(data.git_tag)),
    tags: listOf(data.tag ?? data.tags),
    stable: typeof stable === "object" ? { requires: gateList(document2, stable.requires, [...path6, "stable", "requires"]) } : stable,
    channels: data.channels ?? [],
    labels: data.labels ?? {},
    ...given("from", data.from),
    ...given("fallback", data.fallback),
    publish: data.publish ?? true,
    ...given("claim", data.claim),
    requires: gateList(document2, data.requires, [...path6, "requires"]),
    origin: originOf(document2, ...path6)
  };
}
function gateList(document2, data, path6) {
  return (data ?? []).map((gate2, index2) => ({
    ...given("check", gate2.check),
    ...given("repo", gate2.repo),
    ...given("ref", gate2.ref),
    ...given("workflow", gate2.workflow?.replace(/^.*\//, "")),
    ...given("branch", gate2.branch),
    ...given("consecutive", gate2.consecutive),
    ...given("approvedBy", gate2.approved_by),
    ...given("greenFor", gate2.green_for === void 0 ? void 0 : sure(parseDuration(gate2.green_for))),
    origin: originOf(document2, ...path6, index2)
  }));
}
function trackingConfig(document2, data) {
  return {
    title: data.title ?? "{name}: {tag}",
    ...given("body", data.body),
    labels: data.labels ?? [],
    shepherds: data.shepherds ?? [],
    origin: originOf(document2, "tracking")
  };
}
function byPlatform(runners) {
  return Object.fromEntries(
    Object.entries(runners).map(([name, label2]) => [sure(parsePlatform(name)), label2])
  );
}
function given(key, value) {
  return value === void 0 ? {} : { [key]: value };
}
function listOf(data) {
  return typeof data === "string" ? [data] : data ?? [];
}
function textOf(data) {
  return data === void 0 ? void 0 : String(data);
}
function sure(parsed2) {
  if (!parsed2.ok) throw new Error(`checked before, and yet: ${parsed2.what}`);
  return parsed2.value;
}
var init_assemble = __esm({
  "src/config/assemble.ts"() {
    "use strict";
    init_reference();
    init_duration();
    init_origin();
    init_platforms();
  }
});

// src/config/schema/parts.ts
function across(check) {
  return rawCheck(({ dataset, addIssue }) => {
    const fields2 = dataset.value;
    if (typeof fields2 !== "object" || fields2 === null || Array.isArray(fields2) || fields2 instanceof Date) return;
    const input = fields2;
    check(input, (what, mend, key, at2 = "value") => {
      const item = { type: "object", origin: at2, input, key: key ?? "", value: void 0 };
      addIssue({ message: what, expected: mend, ...key === void 0 ? {} : { path: [item] } });
    });
  });
}
function mapping(title, entries, options = {}) {
  const known = Object.keys(entries);
  return pipe(
    isMapping,
    looseObject(entries),
    across((fields2, tell) => {
      for (const key of Object.keys(fields2)) {
        if (known.includes(key)) continue;
        const near = suggest(key, known);
        const mend = options.others?.[key] ?? (key === "<<" ? NO_MERGE : near ? `write "${near}"` : `use one of ${known.join(", ")}`);
        tell(`unknown key ${JSON.stringify(key.slice(0, 80))}`, mend, key, "key");
      }
    }),
    metadata({ title, additionalProperties: false, ...options.json })
  );
}
function record2(key, value) {
  return pipe(isMapping, record(key, value));
}
function text(parse3, json2 = {}) {
  return pipe(
    string(),
    rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const parsed2 = parse3(dataset.value);
      if (!parsed2.ok) addIssue({ message: parsed2.what, expected: parsed2.mend });
    }),
    metadata(json2)
  );
}
function matching(pattern, what, mend) {
  return text(
    (value) => pattern.test(value) ? { ok: true, value } : { ok: false, what: `${quote(value)} is not ${what}`, mend },
    { pattern: pattern.source }
  );
}
function some(item) {
  return pipe(
    array(item),
    rawCheck(({ dataset, addIssue }) => {
      if (!Array.isArray(dataset.value) || dataset.value.length > 0) return;
      addIssue({ message: "{it} is an empty list", expected: "put something in it or remove the key" });
    }),
    metadata({ minItems: 1 })
  );
}
function oneOrSome(item) {
  return union([item, some(item)]);
}
function exactlyOne(keys, mend) {
  return across((fields2, tell) => {
    const given2 = keys.filter((key) => fields2[key] !== void 0);
    const all = keys.map((key) => `"${key}"`).join(" and ");
    if (given2.length === 0) tell(`{it} has none of ${all}`, mend);
    else if (given2.length > 1) tell(`{it} has both ${given2.map((k) => `"${k}"`).join(" and ")}`, "keep one of them", given2[1], "key");
  });
}
function about(schema, description2) {
  return pipe(schema, description(description2));
}
function quote(value) {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
}
function parseLine(value) {
  if (value.trim() === "") return { ok: false, what: "{it} is empty", mend: "give it a value or remove the key" };
  if (CONTROL.test(value)) {
    return { ok: false, what: `${quote(value)} has a line break or control character`, mend: "write it on one line" };
  }
  if (value.length > MAX_LINE) {
    return { ok: false, what: `{it} is longer than ${MAX_LINE} characters`, mend: "shorten it" };
  }
  return { ok: true, value };
}
function parseLocalPath(value) {
  const parsed2 = parseLine(value);
  if (!parsed2.ok) return parsed2;
  if (value.startsWith("-")) {
    return { ok: false, what: `${quote(value)} begins with "-"`, mend: `write "./${value}" if it is a path` };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || /^git@/.test(value)) {
    return { ok: false, what: `${quote(value)} is not a path in the workspace`, mend: "check it out and give its path" };
  }
  return { ok: true, value };
}
var MAX_LINE, NO_MERGE, isMapping, line, anyText, localPath, CONTROL;
var init_parts = __esm({
  "src/config/schema/parts.ts"() {
    "use strict";
    init_dist();
    init_nearest();
    MAX_LINE = 4096;
    NO_MERGE = "write the keys out: YAML 1.2 has no merge keys";
    isMapping = custom(
      (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null
    );
    line = text(parseLine, { minLength: 1, maxLength: MAX_LINE });
    anyText = string();
    localPath = text(parseLocalPath, { minLength: 1 });
    CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;
  }
});

// src/config/schema/gate.ts
var KINDS, KEYS_OF, gate, gates;
var init_gate = __esm({
  "src/config/schema/gate.ts"() {
    "use strict";
    init_dist();
    init_duration();
    init_parts();
    KINDS = ["check", "workflow", "approved_by"];
    KEYS_OF = {
      check: ["repo", "ref", "green_for"],
      workflow: ["branch", "consecutive", "green_for"],
      approved_by: []
    };
    gate = pipe(
      mapping("A condition that must hold before a tag is written", {
        check: optional(about(line, "Name of a check run or commit status that must be green.")),
        repo: optional(
          about(
            matching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/, "a repository", 'write it as "OWNER/NAME"'),
            "Repository of the check, as OWNER/NAME. Default: this one."
          )
        ),
        ref: optional(about(line, "Branch, tag or commit that the check is on. Default: the commit that the image is from.")),
        workflow: optional(
          about(
            matching(
              /^(?:\.github\/workflows\/)?[A-Za-z0-9._-]+\.ya?ml$/,
              "the file name of a workflow",
              'write the name of a file in .github/workflows, such as "e2e.yaml"'
            ),
            "File name of a workflow whose last runs must be green."
          )
        ),
        branch: optional(about(line, "Branch of the workflow runs. Default: the default branch.")),
        consecutive: optional(
          about(
            pipe(number(), integer(), minValue(1), maxValue(100)),
            "How many of the last completed runs must all be green. Default: 1."
          )
        ),
        approved_by: optional(about(line, "Team or user that must have approved.")),
        green_for: optional(
          about(
            text(parseDuration, { pattern: "^[0-9]+[smhdw]$", examples: ["30d"] }),
            "How long it must have been green, such as 30d."
          )
        )
      }),
      across((fields2, tell) => {
        const given2 = KINDS.filter((kind2) => fields2[kind2] !== void 0);
        const [kind, second] = given2;
        if (kind === void 0) {
          tell("{it} names no check", 'add "check", "workflow" or "approved_by"');
        } else if (second !== void 0) {
          tell(`{it} has both "${kind}" and "${second}"`, "make two gates of it: all gates of a list must hold", second, "key");
        } else {
          const others = new Set(Object.values(KEYS_OF).flat());
          for (const key of Object.keys(fields2)) {
            if (!others.has(key) || KEYS_OF[kind].includes(key)) continue;
            tell(`"${key}" does not go with "${kind}"`, "remove it", key, "key");
          }
        }
      })
    );
    gates = array(gate);
  }
});

// src/config/schema/image.ts
function firstTwice(items) {
  const seen = /* @__PURE__ */ new Set();
  return items.find((item) => seen.size === seen.add(item).size);
}
function parseDigest(value) {
  if (isDigest(value)) return { ok: true, value };
  return {
    ok: false,
    what: `${quote(value)} is not a digest`,
    mend: 'write "sha256:" and 64 lower-case hexadecimal digits'
  };
}
function parseRepositoryPath(value) {
  const parts = value.split("/");
  const plain = /^[^\\\0-\x1f\x7f]+$/.test(value) && !value.startsWith("-");
  if (plain && parts.every((part) => part !== "" && part !== "." && part !== "..") && parts[0] !== ".git") {
    return { ok: true, value };
  }
  return {
    ok: false,
    what: `${quote(value)} is not a path inside the repository`,
    mend: 'write it relative to the root of the repository, with "/" and without "." and ".." parts'
  };
}
var imageName, tag, platform, platformList, reference, image;
var init_image = __esm({
  "src/config/schema/image.ts"() {
    "use strict";
    init_dist();
    init_reference();
    init_platforms();
    init_gate();
    init_parts();
    imageName = text(parseRepository, { examples: ["docker.io/org/app", "ghcr.io/org/app"] });
    tag = text(parseTag, { pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$" });
    platform = text(parsePlatform, { enum: ACCEPTED_PLATFORMS });
    platformList = pipe(
      some(platform),
      rawCheck(({ dataset, addIssue }) => {
        if (!Array.isArray(dataset.value)) return;
        const seen = /* @__PURE__ */ new Set();
        for (const item of dataset.value) {
          const parsed2 = typeof item === "string" ? parsePlatform(item) : void 0;
          if (!parsed2?.ok) continue;
          if (seen.has(parsed2.value)) {
            addIssue({ message: `{it} names the platform ${parsed2.value} twice`, expected: "name it once" });
          }
          seen.add(parsed2.value);
        }
      })
    );
    reference = mapping(
      "A place in a file that names the tag",
      {
        file: about(
          text(parseRepositoryPath),
          "YAML file of this repository that the follow-up pull request changes, relative to its root."
        ),
        path: about(line, "Dotted path of the value inside the file, such as images.tags.sriov.")
      }
    );
    image = pipe(
      mapping(
        "A promotion: an image that exists gets a further tag",
        {
          name: about(imageName, "Image that gets the tag, without a tag."),
          src_build_tag: optional(about(tag, "Tag of the build to promote.")),
          src_ref: optional(
            about(line, "Where the build comes from: URL of the commit, or its hash. Compared with the revision label of the image.")
          ),
          tag: optional(about(tag, "The tag to give.")),
          tags: optional(about(some(tag), 'Several tags to give, instead of "tag".')),
          src_name: optional(
            about(imageName, 'Repository to promote from, when it is another one. Default: "name".')
          ),
          src_digest: optional(
            about(
              text(parseDigest, { pattern: "^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$" }),
              'The source must have exactly this digest. "retag pin" writes it.'
            )
          ),
          stable: optional(
            about(pipe(boolean(), metadata({ default: false })), "Also give the stable tag.")
          ),
          platforms: optional(about(platformList, "Platforms that the image must have.")),
          attachments: optional(
            about(
              pipe(picklist(["copy", "require", "ignore"]), metadata({ default: "copy" })),
              "Signatures, SBOMs and other referrers: copy them, require that there are some, or ignore them."
            )
          ),
          requires: optional(about(gates, "Conditions that must hold before the tag is written.")),
          bug: optional(about(line, 'Trailer for the commit of the follow-up pull request, such as "Closes-Bug: 1854869".')),
          references: optional(about(array(reference), "Places that a follow-up pull request sets to the new tag."))
        },
        {
          json: {
            oneOf: [{ required: ["tag"] }, { required: ["tags"] }],
            anyOf: [{ required: ["src_build_tag"] }, { required: ["src_digest"] }]
          }
        }
      ),
      exactlyOne(["tag", "tags"], 'add "tag" with the tag to give'),
      across((fields2, tell) => {
        if (fields2["src_build_tag"] === void 0 && fields2["src_digest"] === void 0) {
          tell("{it} does not say what to promote", 'add "src_build_tag" or "src_digest"');
        }
        const tags2 = fields2["tags"];
        const twice = Array.isArray(tags2) ? firstTwice(tags2) : void 0;
        if (typeof twice === "string") tell(`{it} names the tag ${quote(twice)} twice`, "name it once", "tags");
      })
    );
  }
});

// src/config/schema/build.ts
var STAGES, stage, argumentName, labelKey, contextName, lines, flag, stages, OTHERS, build;
var init_build = __esm({
  "src/config/schema/build.ts"() {
    "use strict";
    init_dist();
    init_reference();
    init_platforms();
    init_gate();
    init_image();
    init_parts();
    STAGES = ["build", "test", "release"];
    stage = picklist(STAGES);
    argumentName = matching(/^[^\s=,"'-][^\s=,"']*$/, "the name of a build argument", 'write it without spaces, "=", "," and quotes');
    labelKey = matching(/^[^\s=,"'-][^\s=,"']*$/, "the key of a label", 'write it without spaces, "=", "," and quotes');
    contextName = matching(/^[^\s=,"'-][^\s=,"']*$/, "the name of a context", 'write it without spaces, "=", "," and quotes');
    lines = array(line);
    flag = pipe(boolean(), metadata({ default: false }));
    stages = pipe(
      record2(
        platform,
        union([
          stage,
          mapping("Stage of a platform", {
            stage: about(stage, "build, test or release."),
            requires: optional(about(gates, "While one of these is not green the platform counts one stage lower."))
          })
        ])
      ),
      across((fields2, tell) => {
        const names = Object.keys(fields2);
        if (names.length === 0) tell("{it} is an empty mapping", "put a platform in it or remove the key");
        const seen = /* @__PURE__ */ new Map();
        for (const name of names) {
          const parsed2 = parsePlatform(name);
          if (!parsed2.ok) continue;
          const earlier = seen.get(parsed2.value);
          if (earlier !== void 0) tell(`"${name}" and "${earlier}" are the same platform`, "keep one of them", name, "key");
          seen.set(parsed2.value, name);
        }
      }),
      metadata({ minProperties: 1 })
    );
    OTHERS = {
      dockerfile: 'write "file"',
      args: 'write "build_args"',
      contexts: 'write "build_contexts"',
      image: 'write "name"',
      images: 'write "name", which takes a list too',
      tags: "remove it: the policy says which tags a build gets",
      tag: "remove it: the policy says which tag a build gets",
      push: "remove it: apply pushes, plan does not",
      outputs: "remove it: Retag pushes by digest",
      output: "remove it: Retag pushes by digest"
    };
    build = pipe(
      mapping(
        "An image that this repository builds",
        {
          name: about(oneOrSome(imageName), "Image name without a tag; or a list: one build, the same digest under every name."),
          context: optional(about(localPath, "Build context: a directory inside the workspace. Default: the workspace.")),
          file: optional(about(localPath, "Dockerfile, relative to the workspace. Default: CONTEXT/Dockerfile.")),
          target: optional(about(union([literal(""), line]), "Stage of the Dockerfile to build.")),
          build_args: optional(about(record2(argumentName, anyText), "Build arguments. Templates such as {tag} may be used in values.")),
          build_contexts: optional(about(record2(contextName, line), "Additional build contexts, by name.")),
          labels: optional(about(record2(labelKey, anyText), "Labels added to the OCI labels that Retag sets itself. Templates may be used in values.")),
          annotations: optional(about(record2(labelKey, anyText), "Annotations added to those that Retag sets itself. Templates may be used in values.")),
          secrets: optional(about(lines, "Build secrets, as --secret of buildx: id=pypi,env=PYPI_TOKEN.")),
          ssh: optional(about(lines, "SSH agents and keys, as --ssh of buildx.")),
          cache_from: optional(about(lines, "Caches to read, as --cache-from of buildx.")),
          cache_to: optional(about(lines, "Caches to write, as --cache-to of buildx.")),
          no_cache: optional(about(flag, "Build without any cache.")),
          pull: optional(about(flag, "Always look for newer base images.")),
          network: optional(about(picklist(["default", "host", "none"]), "Network of RUN instructions.")),
          shm_size: optional(
            about(matching(/^[0-9]{1,15}[bBkKmMgG]?$/, "a size", 'write a number with b, k, m or g, such as "1g"'), "Size of /dev/shm, such as 1g.")
          ),
          ulimits: optional(
            about(
              array(matching(/^[a-z]+=-?[0-9]+(?::-?[0-9]+)?$/, "a limit", 'write it as "nofile=1024:2048"')),
              "Limits, as --ulimit of buildx: nofile=1024:2048."
            )
          ),
          add_hosts: optional(
            about(
              array(matching(/^[A-Za-z0-9._-]+[:=][0-9A-Fa-f.:[\]]+$|^[A-Za-z0-9._-]+[:=]host-gateway$/, "a host with its address", 'write it as "host:address"')),
              "Entries of /etc/hosts, as --add-host of buildx: host:address."
            )
          ),
          provenance: optional(about(union([boolean(), line]), "Provenance attestation, as buildx: mode=max, true or false.")),
          sbom: optional(about(union([boolean(), line]), "SBOM attestation, as buildx: true, false or generator=IMAGE.")),
          platforms: optional(
            about(union([platformList, stages]), "Platforms to build: a list, or a mapping from platform to stage.")
          ),
          requires: optional(about(gates, "Conditions that must hold before the tags are written."))
        },
        { others: OTHERS }
      ),
      across((fields2, tell) => {
        if (!Array.isArray(fields2["name"])) return;
        const seen = /* @__PURE__ */ new Set();
        for (const name of fields2["name"]) {
          const parsed2 = typeof name === "string" ? parseRepository(name) : void 0;
          if (!parsed2?.ok) continue;
          const key = `${parsed2.value.registry}/${parsed2.value.repository}`;
          if (seen.has(key)) tell(`{it} names ${key} twice`, "name it once", "name");
          seen.add(key);
        }
      })
    );
  }
});

// src/config/schema/policy.ts
function parseTimezone(value) {
  try {
    if (/^[A-Za-z]/.test(value)) {
      new Intl.DateTimeFormat("en", { timeZone: value });
      return { ok: true, value };
    }
  } catch {
  }
  const near = suggest(value, Intl.supportedValuesOf("timeZone"));
  return {
    ok: false,
    what: `${quote(value)} is not a time zone`,
    mend: near ? `write "${near}"` : 'write an IANA name, such as "UTC" or "Europe/Zurich"'
  };
}
var CLASSES, className, stableRule, rule, example, policy;
var init_policy = __esm({
  "src/config/schema/policy.ts"() {
    "use strict";
    init_dist();
    init_nearest();
    init_build();
    init_gate();
    init_parts();
    CLASSES = ["snapshot", "patch", "final", "stable"];
    className = picklist(CLASSES);
    stableRule = union([
      boolean(),
      literal("manual"),
      mapping("A stable tag that waits", {
        requires: about(gates, "The stable tag is held until all of these hold.")
      })
    ]);
    rule = pipe(
      mapping(
        "A rule: which refs it is for, and what they are called",
        {
          class: about(className, "snapshot, patch, final or stable."),
          branch: optional(about(oneOrSome(line), "Pattern, or patterns, of the branches that the rule is for.")),
          git_tag: optional(about(oneOrSome(line), "Pattern, or patterns, of the git tags that the rule is for.")),
          tag: optional(about(line, "Template of the primary tag.")),
          tags: optional(about(some(line), 'Templates of several primary tags, instead of "tag".')),
          from: optional(about(line, "Template of an existing tag: promote it instead of building.")),
          fallback: optional(about(picklist(["build"]), 'What to do when the tag in "from" does not exist. Default: refuse.')),
          publish: optional(about(pipe(boolean(), metadata({ default: true })), "false: classify only, write no tag.")),
          claim: optional(about(picklist(["git-tag"]), "Claim the sequence number first by creating the git tag.")),
          stable: optional(
            about(stableRule, "Also give the stable tag: true, false, manual (when a run says so), or when gates hold.")
          ),
          channels: optional(about(array(line), "Templates of moving tags, which only go forward.")),
          labels: optional(about(record2(labelKey, anyText), "Labels added to the build. Templates may be used in values.")),
          requires: optional(about(gates, "Conditions that must hold before any tag of the rule is written."))
        },
        {
          json: {
            allOf: [
              { oneOf: [{ required: ["branch"] }, { required: ["git_tag"] }] },
              { oneOf: [{ required: ["tag"] }, { required: ["tags"] }] }
            ]
          },
          others: { name: "remove it: a rule is named by its class and its place", pattern: 'write "branch" or "git_tag"' }
        }
      ),
      exactlyOne(["branch", "git_tag"], 'add "branch" or "git_tag" with the pattern of the refs that the rule is for'),
      exactlyOne(["tag", "tags"], 'add "tag" with the template of the tag'),
      across((fields2, tell) => {
        if (fields2["fallback"] !== void 0 && fields2["from"] === void 0) {
          tell('"fallback" does not go without "from"', 'add "from", or remove it', "fallback", "key");
        }
      })
    );
    example = mapping("What a ref must be called", {
      ref: about(matching(/^refs\/(?:tags|heads)\/[^\s]+$/, "a full ref", 'write it as "refs/tags/NAME" or "refs/heads/NAME"'), "Full ref: refs/tags/NAME or refs/heads/NAME."),
      class: about(nullable(className), "The class that it must get; null when no rule may match."),
      tags: optional(about(array(line), "All tags that it must get."))
    });
    policy = union([
      about(line, "Name of a preset."),
      mapping(
        "The policy",
        {
          preset: optional(about(line, "Preset whose rules come after the ones written here.")),
          stable_suffix: optional(
            about(
              matching(/^[A-Za-z0-9._-]{1,127}$/, "a suffix of a tag", 'use letters, digits, ".", "_" and "-"'),
              "What the stable tag has after the primary tag. Default: -stable."
            )
          ),
          timezone: optional(about(text(parseTimezone), "IANA time zone in which days change. Default: UTC.")),
          unmatched: optional(
            about(picklist(["error", "ignore"]), "What a ref that no rule matches is. Default: error for a git tag, ignore for a branch.")
          ),
          rules: optional(about(array(rule), "Rules in order: the first that matches wins.")),
          examples: optional(about(array(example), "Refs and what they must be called, checked at every load."))
        },
        { others: { rule: 'write "rules"' } }
      )
    ]);
  }
});

// src/config/schema/file.ts
var tracking, versionless, underImages, ONCE, file;
var init_file = __esm({
  "src/config/schema/file.ts"() {
    "use strict";
    init_dist();
    init_build();
    init_image();
    init_parts();
    init_policy();
    tracking = mapping("Tracking issues", {
      title: optional(about(line, "Template of the title. Default: {name}: {tag}.")),
      body: optional(about(string(), "Template of the text above the checklist.")),
      labels: optional(about(array(line), "Templates of labels, made when missing.")),
      shepherds: optional(
        about(
          array(matching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?$/, "a GitHub user name", 'write the login, without "@"')),
          "GitHub users to assign."
        )
      )
    });
    versionless = "remove it: the format has no version; for a file of a newer Retag, update Retag";
    underImages = 'put it into an entry of the list "images"';
    ONCE = ["policy", "runners", "stage_policy", "on_hold", "tracking"];
    file = mapping(
      "Tag file of Retag",
      {
        policy: optional(about(policy, "Which tags a ref gets: a preset by name, or a mapping.")),
        builds: optional(about(nullable(array(build)), "Images that this repository builds.")),
        images: optional(about(nullable(array(image)), "Promotions of images that exist already.")),
        runners: optional(about(record2(platform, line), "Runner label of each platform, for the matrix.")),
        stage_policy: optional(
          about(
            pipe(picklist(["demote", "fail"]), metadata({ default: "demote" })),
            "What a platform whose gate is not green does."
          )
        ),
        on_hold: optional(
          about(
            pipe(picklist(["pass", "fail"]), metadata({ default: "pass" })),
            "Exit status of a run that only held tags back."
          )
        ),
        tracking: optional(about(tracking, "Tracking issues. Off when absent."))
      },
      {
        others: {
          version: versionless,
          apiVersion: versionless,
          schema_version: versionless,
          kind: versionless,
          name: underImages,
          tag: underImages,
          src_build_tag: underImages,
          src_ref: underImages,
          image: 'write "images"',
          rules: 'put it under "policy"',
          preset: 'put it under "policy"'
        }
      }
    );
  }
});

// src/config/collisions.ts
function collisions(documents) {
  return [...repeatedSettings(documents), ...sharedNames(documents)];
}
function repeatedSettings(documents) {
  const problems = [];
  for (const key of ONCE) {
    let first2;
    for (const document2 of documents) {
      const value = fields(document2.data)[key];
      if (value === void 0) continue;
      const place = originOf(document2).keyAt(key);
      first2 ??= { place, value: JSON.stringify(value) };
      if (JSON.stringify(value) === first2.value) continue;
      problems.push({
        place,
        what: `"${key}" was given before, in ${shown(first2.place)}`,
        mend: "keep one of them"
      });
    }
  }
  return problems;
}
function sharedNames(documents) {
  const problems = [];
  const first2 = /* @__PURE__ */ new Map();
  for (const document2 of documents) {
    const builds = fields(document2.data)["builds"];
    if (!Array.isArray(builds)) continue;
    for (const [index2, build2] of builds.entries()) {
      const { name } = fields(build2);
      for (const [at2, text4] of (Array.isArray(name) ? name : [name]).entries()) {
        const parsed2 = typeof text4 === "string" ? parseRepository(text4) : void 0;
        if (!parsed2?.ok) continue;
        const key = formatRepository(parsed2.value);
        const place = originOf(document2).at("builds", index2, "name", at2);
        const earlier = first2.get(key);
        if (!earlier) first2.set(key, { place, build: build2 });
        else if (earlier.build !== build2) {
          const what = `${key} is built twice, first in ${shown(earlier.place)}`;
          problems.push({ place, what, mend: "keep one of the builds, or give one another name" });
        }
      }
    }
  }
  return problems;
}
function fields(data) {
  return typeof data === "object" && data !== null ? data : {};
}
function shown(place) {
  return `${place.file}:${place.line}`;
}
var init_collisions = __esm({
  "src/config/collisions.ts"() {
    "use strict";
    init_reference();
    init_origin();
    init_file();
  }
});

// src/config/data.ts
function isPlainDate(node) {
  return node.type === import_yaml3.Scalar.PLAIN && !node.tag && DATE.test(node.source ?? "");
}
function toData(root, source, budget, report2) {
  const anchors = /* @__PURE__ */ new Map();
  const aliases = /* @__PURE__ */ new Map();
  const open5 = /* @__PURE__ */ new Set();
  let insideAlias = 0;
  let sound = true;
  function convert(node) {
    if (!node || !sound) return null;
    if (insideAlias > 0 && (budget.left -= 1) < 0) {
      return give(root, `its aliases stand for more than ${MAX_EXPANDED} values`, "write fewer of them");
    }
    if ((0, import_yaml3.isAlias)(node)) return convertAlias(node);
    if ("anchor" in node && node.anchor && insideAlias === 0) anchors.set(node.anchor, node);
    if ((0, import_yaml3.isScalar)(node)) return isPlainDate(node) ? /* @__PURE__ */ new Date(0) : node.value;
    open5.add(node);
    const value = (0, import_yaml3.isMap)(node) ? convertMap(node) : (0, import_yaml3.isSeq)(node) ? node.items.map((item) => convert(item)) : null;
    open5.delete(node);
    return value;
  }
  function convertAlias(alias) {
    const target = aliases.get(alias) ?? anchors.get(alias.source);
    if (!target)
      return give(alias, `there is no anchor "&${alias.source}" before this alias`, "define it above");
    if (open5.has(target))
      return give(alias, `the anchor "&${alias.source}" holds itself`, "remove the alias");
    aliases.set(alias, target);
    insideAlias += 1;
    const value = convert(target);
    insideAlias -= 1;
    return value;
  }
  function convertMap(map) {
    const result = /* @__PURE__ */ Object.create(null);
    const first2 = /* @__PURE__ */ new Map();
    for (const pair of map.items) {
      const key = pair.key;
      const name = (0, import_yaml3.isScalar)(key) && typeof key.value === "string" ? key.value : void 0;
      if (name === void 0) {
        give(key, "a key is not text", "write the key out");
      } else if (isUsable(name, key, first2)) {
        result[name] = convert(pair.value);
      }
    }
    return result;
  }
  function isUsable(name, key, first2) {
    const earlier = first2.get(name);
    if (FORBIDDEN_KEYS.has(name)) tell(key, `the key "${name}" is not allowed`, "remove it");
    else if (earlier) {
      const { line: line2 } = placeAt(source, earlier.range?.[0] ?? 0);
      tell(key, `the key ${JSON.stringify(name)} is given twice, first in line ${line2}`, "keep one of them");
    } else {
      first2.set(name, key);
      return true;
    }
    return false;
  }
  function tell(node, what, mend) {
    if (insideAlias === 0 || !sound) report2({ place: placeAt(source, node?.range?.[0] ?? 0), what, mend });
  }
  function give(node, what, mend) {
    if (!sound) return null;
    sound = false;
    tell(node, what, mend);
    return null;
  }
  const data = convert(root);
  return { data, aliases, sound };
}
var import_yaml3, MAX_EXPANDED, FORBIDDEN_KEYS, DATE;
var init_data = __esm({
  "src/config/data.ts"() {
    "use strict";
    import_yaml3 = __toESM(require_dist(), 1);
    init_decode();
    MAX_EXPANDED = 1e5;
    FORBIDDEN_KEYS = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);
    DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)?$/;
  }
});

// src/config/problems.ts
function problemsOf(document2, issue2, above = []) {
  const path6 = [...above, ...(issue2.path ?? []).map((item) => item.key)];
  if (issue2.type === "union") {
    const inner = innerIssues(issue2);
    if (inner.length > 0) return inner.flatMap((each) => problemsOf(document2, each, path6));
  }
  const origin = originOf(document2);
  const absent = issue2.input === null && sourceOf(document2, path6) === "";
  const atKey = absent || issue2.path?.at(-1)?.origin === "key";
  return [{ place: atKey ? origin.keyAt(...path6) : origin.at(...path6), ...wordsFor(document2, issue2, path6) }];
}
function innerIssues(issue2) {
  return (issue2.issues ?? []).filter((inner) => (inner.path?.length ?? 0) > 0 || inner.type === "raw_check");
}
function wordsFor(document2, issue2, path6) {
  if (issue2.kind === "schema" && issue2.path?.at(-1)?.origin === "key") {
    const key = String(path6.at(-1));
    return { what: `${label(path6.slice(0, -1))} has no "${key}"`, mend: `add "${key}"` };
  }
  if (issue2.type === "raw_check") {
    const it = issue2.path?.at(-1)?.origin === "key" ? path6.slice(0, -1) : path6;
    return { what: issue2.message.replace("{it}", () => label(it)), mend: issue2.expected ?? "" };
  }
  return mismatch(document2, issue2, path6);
}
function mismatch(document2, issue2, path6) {
  const name = label(path6);
  const source = sourceOf(document2, path6);
  if (issue2.input === null && (source === "" || source === "~" || !wantsText(issue2))) {
    return { what: `${name} has no value`, mend: "give it one or remove the key" };
  }
  const is = describe(issue2.input, source);
  if (wantsText(issue2) && source !== void 0) {
    return { what: `${name} is ${is}, not text`, mend: `quote it: ${JSON.stringify(source)}` };
  }
  return { what: `${name} is ${is}, not ${kindOf(issue2)}`, mend: mendFor(issue2, path6, source) };
}
function mendFor(issue2, path6, source) {
  const near = typeof issue2.input === "string" ? suggest(issue2.input, allowedValues(issue2)) : void 0;
  if (near !== void 0) return `write ${near}`;
  if (path6.length === 0) {
    return Array.isArray(issue2.input) ? 'put it under "images:"' : 'write a mapping, such as "images:" with a list';
  }
  switch (issue2.type) {
    case "boolean":
    case "number":
      return `write ${kindOf(issue2)}, without quotes`;
    case "array":
      return source === void 0 ? "write a list" : `write it as a list: [ ${JSON.stringify(source)} ]`;
    default:
      return `write ${kindOf(issue2)}`;
  }
}
function kindOf(issue2) {
  const kinds = (each) => {
    if (each.type === "union") return (each.issues ?? []).flatMap(kinds);
    const values = allowedValues(each);
    return values.length > 0 ? values : [KINDS2[each.type] ?? "what belongs here"];
  };
  return anyOf([...new Set(kinds(issue2))]);
}
function wantsText(issue2) {
  const options = issue2.type === "union" ? issue2.issues ?? [] : [issue2];
  return options.some((option) => option.type === "string");
}
function allowedValues(issue2) {
  if (issue2.type === "union") return (issue2.issues ?? []).flatMap(allowedValues);
  if (issue2.type !== "picklist" && issue2.type !== "literal") return [];
  return [...(issue2.expected ?? "").matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
}
function describe(input, source) {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "string") return quote(input);
  if (input instanceof Date) return `the date ${source ?? ""}`;
  if (typeof input === "number" || typeof input === "bigint") return `the number ${String(input)}`;
  if (typeof input === "boolean") return String(input);
  return input === null ? "null" : "a mapping";
}
function sourceOf(document2, path6) {
  let node = nodeAt(document2, path6);
  if ((0, import_yaml4.isAlias)(node)) node = document2.aliases.get(node) ?? null;
  if (!(0, import_yaml4.isScalar)(node)) return void 0;
  if (typeof node.value === "string" && !isPlainDate(node)) return node.value;
  return node.source ?? "";
}
function label(path6) {
  const last = path6.at(-1);
  if (last === void 0) return "the file";
  if (typeof last === "string") return quote(last);
  const list3 = path6.at(-2);
  return `item ${last + 1} of ${typeof list3 === "string" ? quote(list3) : "the list"}`;
}
function anyOf(words) {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}
var import_yaml4, KINDS2;
var init_problems = __esm({
  "src/config/problems.ts"() {
    "use strict";
    import_yaml4 = __toESM(require_dist(), 1);
    init_data();
    init_nearest();
    init_origin();
    init_parts();
    KINDS2 = {
      string: "text",
      boolean: "true or false",
      number: "a number",
      integer: "a whole number from 1 to 100",
      array: "a list",
      custom: "a mapping",
      min_value: "a whole number from 1 to 100",
      max_value: "a whole number from 1 to 100"
    };
  }
});

// src/config/yaml.ts
function readDocuments(source, report2) {
  const tokens = tokensOf(source);
  if ("what" in tokens) {
    report2(tokens);
    return [];
  }
  const budget = { left: MAX_EXPANDED };
  const documents = [];
  for (const document2 of compose(tokens, source)) {
    const problems = syntaxProblems(document2, source);
    problems.forEach(report2);
    if (problems.length > 0) continue;
    const { data, aliases, sound } = toData(document2.contents, source, budget, report2);
    if (sound) documents.push({ source, root: document2.contents, aliases, data });
  }
  return documents;
}
function tokensOf(source) {
  const parser = new import_yaml5.Parser();
  const tokens = [];
  const tooMuch = (what, mend) => ({
    place: placeAt(source, offset),
    what,
    mend
  });
  let lexemes = 0;
  let offset = 0;
  for (const lexeme of new import_yaml5.Lexer().lex(source.text)) {
    offset = parser.offset;
    for (const token of parser.next(lexeme)) {
      if (token.type === "error" && tokens.at(-1)?.type === "error") continue;
      tokens.push(token);
    }
    if (parser.stack.length > MAX_DEPTH + 2) {
      return tooMuch(`the file nests deeper than ${MAX_DEPTH} levels`, "flatten it; no key needs so many");
    }
    if ((lexemes += 1) > MAX_LEXEMES) {
      return tooMuch(`the file has more than ${MAX_LEXEMES} YAML tokens`, "split it into several files");
    }
  }
  tokens.push(...parser.end());
  return tokens;
}
function compose(tokens, source) {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const options = {
      uniqueKeys: false,
      stringKeys: true,
      resolveKnownTags: false,
      logLevel: "silent"
    };
    return [...new import_yaml5.Composer(options).compose(tokens, true, source.text.length)];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
function syntaxProblems(document2, source) {
  const problems = [];
  const { explicit, version } = document2.directives.yaml;
  if (explicit && version !== "1.2") {
    problems.push({
      place: placeAt(source, document2.range[0]),
      what: `the document is declared as YAML ${version}, and a tag file is YAML 1.2`,
      mend: "remove the %YAML line, and quote what YAML 1.1 would read differently"
    });
  }
  let line2 = 0;
  const faults = [...document2.errors, ...document2.warnings];
  for (const fault of [...faults].sort((a, b) => a.pos[0] - b.pos[0])) {
    const place = placeAt(source, Math.min(fault.pos[0], source.text.length));
    if (place.line === line2 || problems.length >= MAX_SYNTAX_PROBLEMS) continue;
    line2 = place.line;
    const mend = MENDS[fault.code];
    problems.push({
      place,
      what: `not YAML: ${lowerFirst(oneLine(fault.message))}`,
      ...mend ? { mend } : {}
    });
  }
  return problems;
}
function oneLine(text4) {
  return text4.replace(/[\s\0-\x1f]+/g, " ").slice(0, 200);
}
function lowerFirst(text4) {
  return text4.slice(0, 1).toLowerCase() + text4.slice(1);
}
var import_yaml5, MAX_DEPTH, MAX_LEXEMES, MAX_SYNTAX_PROBLEMS, MENDS;
var init_yaml = __esm({
  "src/config/yaml.ts"() {
    "use strict";
    import_yaml5 = __toESM(require_dist(), 1);
    init_decode();
    init_data();
    MAX_DEPTH = 50;
    MAX_LEXEMES = 2e6;
    MAX_SYNTAX_PROBLEMS = 20;
    MENDS = {
      TAB_AS_INDENT: "indent with spaces",
      BAD_INDENT: "align it with the lines that it belongs to",
      BAD_SCALAR_START: "put the value in quotes",
      BAD_DQ_ESCAPE: "write a backslash twice, or use single quotes",
      BAD_ALIAS: "define the anchor before the alias",
      BLOCK_AS_IMPLICIT_KEY: 'check the indentation, and put a value that holds ": " in quotes',
      MULTILINE_IMPLICIT_KEY: 'write "key: value" on one line, with a space after the colon',
      NON_STRING_KEY: "write the key as text",
      MISSING_CHAR: "check the quotes, brackets, dashes and the space after each colon around here",
      UNEXPECTED_TOKEN: "check the indentation and the quotes around here",
      TAG_RESOLVE_FAILED: 'remove the tag that begins with "!"',
      BAD_DIRECTIVE: 'remove the line that begins with "%"'
    };
  }
});

// src/config/config.ts
function parseConfig(files) {
  const problems = [];
  const documents = files.flatMap((each) => read(each, (problem) => problems.push(problem)));
  const pieces = [];
  for (const document2 of documents) {
    const result = safeParse(file, document2.data);
    if (result.success) pieces.push({ document: document2, data: result.output });
    else
      for (const issue2 of result.issues) for (const each of problemsOf(document2, issue2)) problems.push(each);
  }
  problems.push(...collisions(documents));
  if (problems.length > 0) throw new UserError(atMost(MAX_PROBLEMS, inOrder(problems, files)));
  return assemble(pieces);
}
function read(each, report2) {
  const source = decode(each);
  if ("what" in source) {
    report2(source);
    return [];
  }
  return readDocuments(source, report2).filter((document2) => document2.data !== null);
}
function atMost(limit, problems) {
  if (problems.length <= limit) return problems;
  const more = problems.length - limit;
  return [...problems.slice(0, limit), { what: `and ${more} more problems`, mend: "mend these first" }];
}
function inOrder(problems, files) {
  const rank = new Map(files.map((each, index2) => [each.path, index2]));
  const seen = /* @__PURE__ */ new Set();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && seen.add(key);
  }).sort(
    ({ place: a }, { place: b }) => (rank.get(a?.file ?? "") ?? 0) - (rank.get(b?.file ?? "") ?? 0) || (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
  );
}
var MAX_PROBLEMS;
var init_config = __esm({
  "src/config/config.ts"() {
    "use strict";
    init_dist();
    init_errors();
    init_assemble();
    init_collisions();
    init_decode();
    init_problems();
    init_file();
    init_yaml();
    init_decode();
    MAX_PROBLEMS = 1e3;
  }
});

// src/plan/model.ts
var TAG_KINDS;
var init_model = __esm({
  "src/plan/model.ts"() {
    "use strict";
    TAG_KINDS = ["primary", "stable", "channel"];
  }
});

// src/pool.ts
async function pool(items, limit, work) {
  const results = new Array(items.length);
  let next2 = 0;
  const failures = [];
  const lane = async () => {
    while (failures.length === 0 && next2 < items.length) {
      const index2 = next2++;
      try {
        results[index2] = await work(items[index2], index2);
      } catch (error2) {
        failures.push(error2);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
var init_pool = __esm({
  "src/pool.ts"() {
    "use strict";
  }
});

// src/execute.ts
function asPlanned(plan2) {
  return plan2.actions.map((planned2) => ({
    planned: planned2,
    outcome: "planned",
    digest: planned2.digest,
    error: null,
    attachments: null
  }));
}
async function execute(plan2, registry, options) {
  const outcomes = /* @__PURE__ */ new Map();
  const ready = await prepareGroups(plan2, registry, options);
  let done = 0;
  const finish2 = (outcome) => {
    outcomes.set(outcome.planned.wanted, outcome);
    options.log.progress(++done, plan2.actions.length, "tags");
  };
  for (const kind of TAG_KINDS) {
    const due = plan2.actions.filter(({ wanted }) => wanted.kind === kind);
    await pool(due, options.concurrency, async (action2) => {
      finish2(await settle(action2, registry, options, outcomes, ready));
    });
  }
  return plan2.actions.map((action2) => outcomes.get(action2.wanted));
}
async function settle(action2, registry, options, outcomes, ready) {
  if (action2.action !== "create" && action2.action !== "move") return skipped(action2);
  if (options.signal.aborted)
    return skipped(action2, { code: "cancelled", text: "the run was stopped before this tag" });
  const prepared = ready.get(action2.wanted);
  if (prepared !== void 0 && "error" in prepared) {
    return prepared.own ? failed(action2, prepared.error) : skipped(action2, asError(prepared.error));
  }
  const blocked = blockedBy(action2, outcomes);
  if (blocked !== null) return skipped(action2, blocked);
  try {
    const content = prepared ?? await bring(action2, registry, options);
    await writeTag(action2, content.manifest, registry);
    const attachments = { found: content.found, carried: content.carried };
    return { planned: action2, outcome: "done", digest: content.manifest.digest, error: null, attachments };
  } catch (error2) {
    if (!(error2 instanceof OperationError)) throw error2;
    return failed(action2, error2);
  }
}
function blockedBy(action2, outcomes) {
  const { follows, group: group2 } = action2.wanted;
  const leader = follows === null ? void 0 : outcomes.get(follows);
  const broken3 = (outcome) => outcome !== void 0 && outcome.error !== null && outcome.outcome !== "done";
  if (leader !== void 0 && broken3(leader)) {
    return { code: "skipped", text: `${formatReference(leader.planned.wanted.destination)} was not written` };
  }
  if (group2 === null) return null;
  for (const outcome of outcomes.values()) {
    if (outcome.planned.wanted.group === group2 && broken3(outcome)) {
      const name = formatReference(outcome.planned.wanted.destination);
      return { code: "skipped", text: `${name} of the same release was not written` };
    }
  }
  return null;
}
async function prepareGroups(plan2, registry, options) {
  const due = plan2.actions.filter(
    ({ action: action2, wanted }) => wanted.group !== null && (action2 === "create" || action2 === "move")
  );
  const ready = /* @__PURE__ */ new Map();
  await pool(due, options.concurrency, async (action2) => {
    try {
      const content = await bring(action2, registry, options);
      await expectUntouched(action2, content.manifest.digest, registry);
      ready.set(action2.wanted, content);
    } catch (error2) {
      if (!(error2 instanceof OperationError)) throw error2;
      ready.set(action2.wanted, { error: error2, own: true });
    }
  });
  return failWholeGroups(due, ready);
}
function failWholeGroups(due, ready) {
  const broken3 = /* @__PURE__ */ new Map();
  for (const { wanted } of due) {
    const state = ready.get(wanted);
    if (wanted.group !== null && state !== void 0 && "error" in state && !broken3.has(wanted.group)) {
      broken3.set(wanted.group, state.error);
    }
  }
  for (const { wanted } of due) {
    const error2 = wanted.group === null ? void 0 : broken3.get(wanted.group);
    const state = ready.get(wanted);
    if (error2 !== void 0 && (state === void 0 || !("error" in state)))
      ready.set(wanted, { error: error2, own: false });
  }
  return ready;
}
async function bring(action2, registry, options) {
  if (options.signal.aborted) throw new OperationError("cancelled", "the run was stopped before this tag");
  const source = sourceOf2(action2, options);
  const manifest = action2.manifest ?? await registry.manifest(source);
  const { destination, attachments } = action2.wanted;
  const report2 = await registry.transfer(source, manifest, destination, attachments);
  return { manifest, found: report2.attachmentsFound, carried: report2.attachmentsCarried };
}
function sourceOf2({ wanted, source }, options) {
  if (source !== null) return source;
  const result = wanted.source.from === "build" ? options.built.get(wanted.source.build) : void 0;
  if (result === void 0)
    throw new Error(`nothing gives the content of ${formatReference(wanted.destination)}`);
  if (!result.ok) throw result.error;
  return result.source;
}
async function writeTag(action2, manifest, registry) {
  const { destination } = action2.wanted;
  if (await expectUntouched(action2, manifest.digest, registry)) return;
  await registry.put(destination, manifest, action2.previous);
  const after = await registry.look(destination);
  const name = formatReference(destination);
  if (after.state === "unknown") throw after.error;
  if (after.state === "absent") {
    throw new OperationError(
      "mismatch",
      `${name} was written as ${manifest.digest}, but the registry does not have it; run again`
    );
  }
  if (after.digest !== manifest.digest) {
    throw new OperationError(
      "mismatch",
      `${name} was written as ${manifest.digest}, but reads back as ${after.digest}: somebody else wrote it at the same time; decide which is right, and see that only one run writes this tag (a concurrency group)`
    );
  }
}
async function expectUntouched(action2, digest, registry) {
  const { destination } = action2.wanted;
  const now = await registry.lookAgain(destination);
  if (now.state === "unknown") throw now.error;
  const current = now.state === "present" ? now.digest : null;
  if (current === digest) return true;
  if (current === action2.previous) return false;
  const was = action2.previous ?? "absent";
  throw new OperationError(
    "mismatch",
    `${formatReference(destination)} changed since the plan: it was ${was} and is ${current ?? "absent"} now (wanted: ${digest}); nothing was written, run again to plan anew`
  );
}
function skipped(action2, error2 = null) {
  return { planned: action2, outcome: "skipped", digest: action2.digest, error: error2, attachments: null };
}
function failed(action2, error2) {
  return { planned: action2, outcome: "failed", digest: null, error: asError(error2), attachments: null };
}
function asError(error2) {
  return { code: error2.code, text: error2.message };
}
var init_execute = __esm({
  "src/execute.ts"() {
    "use strict";
    init_errors();
    init_model();
    init_pool();
    init_reference();
  }
});

// src/observe.ts
async function observe(wanted, registry, lookouts, options) {
  const observer = createObserver(registry, lookouts);
  let done = 0;
  const seen = await pool(wanted, options.concurrency, async (tag2) => {
    const observed = await observer(tag2);
    options.onProgress?.(++done);
    return observed;
  });
  return new Map(wanted.map((tag2, index2) => [tag2, seen[index2]]));
}
function createObserver(registry, lookouts) {
  const looks = /* @__PURE__ */ new Map();
  const fetches = /* @__PURE__ */ new Map();
  const once7 = (ref) => {
    const key = formatReference(ref);
    const known = looks.get(key) ?? registry.look(ref);
    looks.set(key, known);
    return known;
  };
  const fetchOnce = (ref) => {
    const key = formatReference(ref);
    const known = fetches.get(key) ?? fetchSource(registry, ref);
    fetches.set(key, known);
    return known;
  };
  return async (wanted) => {
    const destination = await once7(wanted.destination);
    if (destination.state === "unknown") return { destination, source: null, gate: OPEN, channel: null };
    const previous = destination.state === "present" ? destination.digest : null;
    if (previous !== null && previous === wanted.digest && wanted.platforms.length === 0) {
      return { destination, source: null, gate: OPEN, channel: null };
    }
    const source = await observeSource(wanted, previous);
    const rest = { destination, source, gate: OPEN, channel: null };
    if (!mayWrite(wanted, previous, source)) return rest;
    const [read3, gate2, channel] = await Promise.all([
      readSource(registry, wanted, source),
      wanted.gates.length === 0 ? OPEN : lookouts.gate(wanted),
      wanted.kind === "channel" ? lookouts.channel(wanted) : null
    ]);
    return { destination, source: read3, gate: gate2, channel };
  };
  async function observeSource(wanted, previous) {
    if (wanted.source.from === "build") return lookouts.build(wanted);
    const { follows } = wanted;
    const leader = follows === null || follows.forced ? null : await once7(follows.destination);
    if (leader?.state === "present") return presentAt(wanted.destination, leader.digest);
    const { ref } = wanted.source;
    if (previous !== null) return stateOf(ref, await once7(ref));
    return fetchOnce(ref);
  }
}
function presentAt(at2, digest) {
  const repository = { registry: at2.registry, repository: at2.repository };
  return { state: "present", digest, manifest: null, facts: null, repository };
}
function stateOf(ref, existence) {
  if (existence.state === "absent") return { state: "missing", error: null };
  if (existence.state === "unknown") return existence;
  return presentAt(ref, existence.digest);
}
function mayWrite(wanted, previous, source) {
  if (source.state === "to-build") return true;
  if (source.state !== "present") return false;
  if (wanted.digest !== null && wanted.digest !== source.digest) return false;
  if (previous === source.digest) return wanted.platforms.length > 0;
  return previous === null || wanted.forced || wanted.kind === "channel";
}
async function fetchSource(registry, ref) {
  try {
    const manifest = await registry.manifest(ref);
    const repository = { registry: ref.registry, repository: ref.repository };
    return { state: "present", digest: manifest.digest, manifest, facts: null, repository };
  } catch (error2) {
    if (!(error2 instanceof OperationError)) throw error2;
    return error2.code === "absent" ? { state: "missing", error: error2 } : { state: "unknown", error: error2 };
  }
}
async function readSource(registry, wanted, source) {
  if (source.state !== "present") return source;
  try {
    const at2 = { ...source.repository, digest: source.digest };
    const manifest = source.manifest ?? await registry.manifest(at2);
    const need = { revision: wanted.revision !== null, platforms: wanted.platforms.length > 0 };
    const facts = need.revision || need.platforms ? await registry.facts(source.repository, manifest, need) : null;
    return { ...source, manifest, facts };
  } catch (error2) {
    if (error2 instanceof OperationError) return { state: "unknown", error: error2 };
    throw error2;
  }
}
var OPEN;
var init_observe = __esm({
  "src/observe.ts"() {
    "use strict";
    init_errors();
    init_pool();
    init_reference();
    OPEN = { state: "open", text: "" };
  }
});

// src/plan/names.ts
function parseRegistryMap(lines2) {
  const map = /* @__PURE__ */ new Map();
  const problems = [];
  for (const line2 of lines2) {
    const [from = "", to = "", ...rest] = line2.split("=");
    const source = parseRepository(`${from}/x`);
    const target = parseRepository(`${to}/x`);
    const isHost = source.ok && source.value.registry === canonicalHost(from);
    if (!isHost || !target.ok || rest.length > 0) {
      problems.push(line2);
      continue;
    }
    const path6 = target.value.repository.split("/").slice(0, -1).join("/");
    const implied = target.value.registry === "docker.io" && !/^(?:index\.)?docker\.io(?:\/|$)/.test(to);
    if (implied) problems.push(line2);
    else
      map.set(canonicalHost(from), {
        registry: target.value.registry,
        prefix: path6 === "library" ? "" : path6
      });
  }
  if (problems.length > 0) {
    throw new UserError(
      problems.map((line2) => ({
        what: `registry-map: "${line2}" is not "registry=registry"`,
        mend: 'write it as "docker.io=localhost:5000"'
      }))
    );
  }
  return map;
}
function canonicalHost(host) {
  const lower = host.toLowerCase();
  return lower === "index.docker.io" || lower === "registry-1.docker.io" ? "docker.io" : lower;
}
function mapRepository(name, map) {
  const target = map.get(name.registry);
  if (target === void 0) return name;
  const path6 = target.prefix === "" ? name.repository : `${target.prefix}/${name.repository}`;
  return { registry: target.registry, repository: path6 };
}
function shownName(text4, name, map) {
  if (!map.has(name.registry)) return text4;
  const mapped = mapRepository(name, map);
  return `${mapped.registry}/${mapped.repository}`;
}
function parseForce(lines2) {
  return lines2.map((text4) => {
    const colon = text4.lastIndexOf(":");
    const tag2 = colon > text4.lastIndexOf("/") ? text4.slice(colon + 1) : null;
    const name = parseRepository(tag2 === null ? text4 : text4.slice(0, colon));
    const checked = !name.ok || tag2 === null ? name : parseTag(tag2);
    if (!checked.ok || !name.ok) {
      const { what, mend } = checked;
      throw new UserError({ what: `force: ${what}`, mend });
    }
    return { text: text4, repository: name.value, tag: tag2 };
  });
}
function isForced(forces, names, tag2) {
  return forces.some(
    (force) => (force.tag === null || force.tag === tag2) && names.some(
      (n) => n.registry === force.repository.registry && n.repository === force.repository.repository
    )
  );
}
function commitOf(srcRef) {
  const last = srcRef.trim().replace(/[/#]+$/, "").split(/[/=@#]/).at(-1) ?? "";
  return /^[0-9a-f]{7,64}$/i.test(last) && /\d/.test(last) ? last.toLowerCase() : null;
}
var init_names = __esm({
  "src/plan/names.ts"() {
    "use strict";
    init_errors();
    init_reference();
  }
});

// src/plan/platforms.ts
function platformsMissing(wanted, has) {
  const there = new Set(has.map(normalisePlatform));
  return wanted.filter((platform3) => !there.has(normalisePlatform(platform3)));
}
function normalisePlatform(platform3) {
  const [os6 = "", architecture = "", variant = ""] = platform3.toLowerCase().split("/");
  const arch2 = ALIASES.get(architecture) ?? architecture;
  const implied = DEFAULT_VARIANT.get(arch2);
  return variant === "" || variant === implied ? `${os6}/${arch2}` : `${os6}/${arch2}/${variant}`;
}
var ALIASES, DEFAULT_VARIANT;
var init_platforms2 = __esm({
  "src/plan/platforms.ts"() {
    "use strict";
    ALIASES = /* @__PURE__ */ new Map([
      ["x86_64", "amd64"],
      ["x86-64", "amd64"],
      ["aarch64", "arm64"],
      ["i386", "386"]
    ]);
    DEFAULT_VARIANT = /* @__PURE__ */ new Map([
      ["arm64", "v8"],
      ["arm", "v7"],
      ["amd64", "v1"]
    ]);
  }
});

// src/plan/decide.ts
function decide(wanted, observed) {
  const { destination, source } = observed;
  if (destination.state === "unknown") {
    return refuse(
      wanted,
      null,
      "unknown",
      `cannot tell whether the tag exists: ${destination.error.message}`
    );
  }
  const previous = destination.state === "present" ? destination.digest : null;
  if (source === null) return decideWithoutSource(wanted, observed, previous);
  switch (source.state) {
    case "unknown":
      return refuse(wanted, previous, "unknown", `cannot tell what the source is: ${source.error.message}`);
    case "missing":
      return decideMissing(wanted, previous);
    case "to-build":
      return decideToBuild(wanted, observed, previous);
    case "present":
      return decidePresent(wanted, observed, source, previous);
  }
}
function decideWithoutSource(wanted, observed, previous) {
  if (previous !== null && previous === wanted.digest) return keep(wanted, previous, "same-digest", SAME);
  return refuse(
    wanted,
    previous,
    "unknown",
    `the source of ${observed.destination.state} tag was not looked at`
  );
}
function decideMissing(wanted, previous) {
  const name = sourceName(wanted);
  if (previous === null) {
    return refuse(
      wanted,
      null,
      "source-missing",
      `the source ${name} does not exist, and neither does the tag`
    );
  }
  if (wanted.digest !== null && wanted.digest !== previous) {
    return refuse(wanted, previous, "different-digest", differs(previous, wanted.digest));
  }
  const text4 = `the source ${name} is gone; the tag exists and is left as it is, there is nothing to compare it with`;
  return keep(wanted, previous, "source-gone", text4, [text4]);
}
function decideToBuild(wanted, observed, previous) {
  const held = hold(wanted, observed, previous);
  if (previous === null)
    return held ?? act(wanted, "create", null, null, "absent", "the tag does not exist yet");
  if (wanted.kind === "channel") return held ?? decideChannel(wanted, observed, previous, null);
  if (wanted.forced)
    return held ?? act(wanted, "move", null, previous, "forced", `forced; it is ${previous} now`);
  return refuse(
    wanted,
    previous,
    "different-digest",
    `the tag exists as ${previous}, and this run would build another image`
  );
}
function decidePresent(wanted, observed, source, previous) {
  if (wanted.digest !== null && source.digest !== wanted.digest) {
    const text4 = `the source ${sourceName(wanted)} is ${source.digest}, but src_digest names ${wanted.digest}`;
    return refuse(wanted, previous, "digest-mismatch", text4);
  }
  const missing = source.facts === null ? [] : platformsMissing(wanted.platforms, source.facts.platforms);
  if (missing.length > 0) {
    const has = source.facts?.platforms.join(", ") ?? "";
    const text4 = `the image lacks the required ${plural(missing.length, "platform")} ${missing.join(", ")}; it has ${has || "none"}`;
    return refuse(wanted, previous, "platform-missing", text4);
  }
  if (previous === source.digest) return keep(wanted, previous, "same-digest", SAME);
  if (previous !== null && wanted.kind !== "channel" && !wanted.forced) {
    return refuse(wanted, previous, "different-digest", differs(previous, source.digest));
  }
  const revision = source.facts?.revision ?? null;
  if (wanted.revision !== null && revision !== null && !sameRevision(revision, wanted.revision)) {
    const text4 = `src_ref names commit ${wanted.revision}, but the image says that it is made from ${revision}`;
    return refuse(wanted, previous, "revision-mismatch", text4);
  }
  const warnings2 = wanted.revision !== null && source.facts !== null && revision === null ? ["the image has no org.opencontainers.image.revision, so src_ref could not be checked"] : [];
  const decided = hold(wanted, observed, previous) ?? write(wanted, observed, source, previous);
  const from = { ...source.repository, digest: source.digest };
  return {
    ...decided,
    source: from,
    manifest: source.manifest,
    warnings: [...decided.warnings, ...warnings2]
  };
}
function write(wanted, observed, source, previous) {
  if (wanted.kind === "channel" && !wanted.forced)
    return decideChannel(wanted, observed, previous, source.digest);
  if (previous === null) return act(wanted, "create", source.digest, null, "absent", ABSENT);
  return act(
    wanted,
    "move",
    source.digest,
    previous,
    "forced",
    `forced from ${previous} to ${source.digest}`
  );
}
function decideChannel(wanted, observed, previous, digest) {
  const { channel } = observed;
  if (channel === null) {
    return refuse(wanted, previous, "unknown", "the versions in the registry could not be read");
  }
  const highest = channel.highest ?? "none";
  if (channel.order === "older") {
    const text4 = `the registry already holds the newer version ${highest}`;
    return act(wanted, "keep", previous, previous, "older", text4);
  }
  if (previous === null) return act(wanted, "create", digest, null, "absent", ABSENT);
  return act(wanted, "move", digest, previous, "newer", `the highest version there is ${highest}`);
}
function hold(wanted, observed, previous) {
  const { gate: gate2 } = observed;
  switch (gate2.state) {
    case "unknown":
      return refuse(wanted, previous, "unknown", gate2.text);
    case "failed":
      return act(wanted, "hold", null, previous, "gate-failed", gate2.text);
    case "pending":
      return act(wanted, "hold", null, previous, "gate-pending", gate2.text);
    case "open":
      return wanted.manual ? act(
        wanted,
        "hold",
        null,
        previous,
        "manual",
        "waits for somebody to say so (input `stable: true`, `--stable`)"
      ) : null;
  }
}
function followLeader(action2, leader) {
  if (leader.action !== "refuse" && leader.action !== "hold") return action2;
  if (action2.action !== "create" && action2.action !== "move") return action2;
  const verb2 = leader.action === "refuse" ? "refused" : "held";
  const text4 = `follows ${formatReference(leader.wanted.destination)}, which is ${verb2}: ${leader.reason.text}`;
  return { ...action2, action: leader.action, digest: null, reason: { code: leader.reason.code, text: text4 } };
}
function differs(previous, digest) {
  return `the tag exists as ${previous}, and the source is ${digest}`;
}
function sameRevision(a, b) {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 7 && long.toLowerCase().startsWith(short.toLowerCase());
}
function sourceName(wanted) {
  return wanted.source.from === "image" ? formatReference(wanted.source.ref) : `build ${wanted.source.build}`;
}
function plural(count, noun) {
  return count === 1 ? noun : `${noun}s`;
}
function act(wanted, action2, digest, previous, code2, text4) {
  const reason = { code: code2, text: text4 };
  return { action: action2, reason, wanted, digest, previous, source: null, manifest: null, warnings: [] };
}
function keep(wanted, previous, code2, text4, warnings2 = []) {
  return { ...act(wanted, "keep", previous, previous, code2, text4), warnings: warnings2 };
}
function refuse(wanted, previous, code2, text4) {
  return act(wanted, "refuse", null, previous, code2, text4);
}
var SAME, ABSENT;
var init_decide = __esm({
  "src/plan/decide.ts"() {
    "use strict";
    init_reference();
    init_platforms2();
    SAME = "the tag already is this digest";
    ABSENT = "the tag does not exist yet";
  }
});

// src/plan/conflicts.ts
function conflicts(wanted) {
  const refused2 = /* @__PURE__ */ new Map();
  for (const claims of byDestination(wanted).values()) {
    const sources = new Set(claims.map(sourceKey));
    if (sources.size < 2) continue;
    for (const claim of claims)
      refused2.set(claim, refuse(claim, null, "conflicting-entries", describe2(claims)));
  }
  return refused2;
}
function withoutDuplicates(wanted) {
  const seen = /* @__PURE__ */ new Set();
  return wanted.filter((tag2) => {
    const key = `${formatReference(tag2.destination)} ${sourceKey(tag2)} ${tag2.digest ?? ""}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
function byDestination(wanted) {
  const groups = /* @__PURE__ */ new Map();
  for (const tag2 of wanted) {
    const key = formatReference(tag2.destination);
    const group2 = groups.get(key);
    if (group2 === void 0) groups.set(key, [tag2]);
    else group2.push(tag2);
  }
  return groups;
}
function sourceKey(tag2) {
  return tag2.source.from === "image" ? formatReference(tag2.source.ref) : `build:${tag2.source.build}`;
}
function describe2(claims) {
  const each = claims.map((claim) => {
    const where2 = claim.place === null ? "" : ` (${claim.place.file}:${claim.place.line})`;
    return `${claim.source.from === "image" ? formatReference(claim.source.ref) : `build ${claim.source.build}`}${where2}`;
  });
  return `several entries want this tag from different sources: ${each.join(", ")}`;
}
var init_conflicts = __esm({
  "src/plan/conflicts.ts"() {
    "use strict";
    init_reference();
    init_decide();
  }
});

// src/plan/groups.ts
function wholeGroups(actions) {
  const refused2 = /* @__PURE__ */ new Map();
  for (const action2 of actions) {
    const { group: group2 } = action2.wanted;
    if (group2 !== null && action2.action === "refuse" && !refused2.has(group2)) refused2.set(group2, action2);
  }
  return actions.map((action2) => {
    const { group: group2 } = action2.wanted;
    const cause = group2 === null ? void 0 : refused2.get(group2);
    if (cause === void 0 || action2.action !== "create" && action2.action !== "move") return action2;
    const name = formatReference(cause.wanted.destination);
    const text4 = `${name} of the same release is refused, and a release is tagged whole or not at all: ${cause.reason.text}`;
    return { ...action2, action: "refuse", digest: null, reason: { code: cause.reason.code, text: text4 } };
  });
}
var init_groups = __esm({
  "src/plan/groups.ts"() {
    "use strict";
    init_reference();
  }
});

// src/plan/plan.ts
function plan(wanted, observed) {
  const clashing = conflicts(wanted);
  const decided = /* @__PURE__ */ new Map();
  for (const kind of TAG_KINDS) {
    for (const tag2 of wanted.filter((each) => each.kind === kind)) {
      decided.set(tag2, clashing.get(tag2) ?? decideOne(tag2, observed, decided));
    }
  }
  return { actions: wholeGroups([...decided.values()]) };
}
function decideOne(tag2, observed, decided) {
  const seen = observed.get(tag2);
  if (seen === void 0) throw new Error(`nothing was observed for ${tag2.image}:${tag2.destination.tag}`);
  const action2 = decide(tag2, seen);
  const leader = tag2.follows === null ? void 0 : decided.get(tag2.follows);
  return leader === void 0 ? action2 : followLeader(action2, leader);
}
var init_plan = __esm({
  "src/plan/plan.ts"() {
    "use strict";
    init_conflicts();
    init_decide();
    init_groups();
    init_model();
  }
});

// src/plan/want.ts
function wantImages(images2, options) {
  const problems = [];
  const wanted = images2.flatMap(
    (entry) => entry.tags.flatMap((tag2) => wantOne(entry, tag2, options, problems))
  );
  if (problems.length > 0) throw new UserError(problems);
  return withoutDuplicates(wanted);
}
function wantOne(entry, tag2, options, problems) {
  const primary = primaryTag(entry, tag2, options);
  if (!entry.stable) return [primary];
  const name = tag2 + options.stableSuffix;
  const checked = parseTag(name);
  if (!checked.ok) {
    problems.push({
      place: entry.origin.at("stable"),
      what: `stable tag: ${checked.what}`,
      mend: checked.mend
    });
  }
  const destination = { ...primary.destination, tag: name };
  const forced = isForced(options.forces, [entry.repository, primary.destination], name);
  return [primary, { ...primary, kind: "stable", destination, forced, follows: primary }];
}
function primaryTag(entry, tag2, options) {
  const { registryMap, forces } = options;
  const repository = mapRepository(entry.repository, registryMap);
  return {
    kind: "primary",
    image: shownName(entry.name, entry.repository, registryMap),
    destination: { ...repository, tag: tag2 },
    source: { from: "image", ref: sourceRef(entry, registryMap) },
    place: entry.origin.at(),
    forced: isForced(forces, [entry.repository, repository], tag2),
    digest: entry.srcDigest ?? null,
    platforms: entry.platforms,
    revision: entry.srcRef === void 0 ? null : commitOf(entry.srcRef),
    attachments: entry.attachments,
    gates: entry.requires,
    manual: false,
    follows: null,
    group: null
  };
}
function sourceRef(entry, map) {
  const repository = mapRepository(entry.srcRepository, map);
  if (entry.srcBuildTag !== void 0) return { ...repository, tag: entry.srcBuildTag };
  if (entry.srcDigest !== void 0) return { ...repository, digest: entry.srcDigest };
  throw new Error(
    `the entry ${entry.name} has neither src_build_tag nor src_digest; the parser lets none through`
  );
}
var init_want = __esm({
  "src/plan/want.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_conflicts();
    init_names();
  }
});

// src/version.ts
var VERSION;
var init_version = __esm({
  "src/version.ts"() {
    "use strict";
    VERSION = "1.0.0";
  }
});

// src/report/report.ts
function makeReport(input) {
  const actions = input.outcomes.map(reportAction);
  return {
    version: 1,
    command: input.command,
    retag: VERSION,
    ref: input.ref,
    classification: input.classification,
    actions,
    counts: countActions(actions),
    http: { ...input.http },
    duration_ms: Math.max(0, Math.round(input.durationMs))
  };
}
function reportAction({ planned: planned2, outcome, digest, error: error2, attachments }) {
  const { wanted, reason } = planned2;
  return {
    action: planned2.action,
    kind: wanted.kind,
    image: wanted.image,
    tag: wanted.destination.tag,
    source: sourceText(wanted),
    digest: digest ?? planned2.digest,
    previous: planned2.previous,
    reason: { code: reason.code, text: reason.text },
    location: wanted.place === null ? null : { ...wanted.place },
    outcome,
    error: error2 === null ? null : { ...error2 },
    attachments: attachments === null ? null : { ...attachments },
    warnings: [...planned2.warnings]
  };
}
function sourceText({ source }) {
  return source.from === "image" ? formatReference(source.ref) : null;
}
function countActions(actions) {
  const counts = { build: 0, create: 0, move: 0, keep: 0, hold: 0, refuse: 0, failed: 0 };
  for (const { action: action2, outcome } of actions) {
    counts[action2] += 1;
    if (outcome === "failed") counts.failed += 1;
  }
  return counts;
}
function changed(report2) {
  return report2.actions.some(
    ({ action: action2, outcome }) => (action2 === "build" || action2 === "create" || action2 === "move") && (outcome === "done" || outcome === "planned")
  );
}
function exitCode(report2, options) {
  const { counts, actions } = report2;
  const undone = actions.some(({ outcome, error: error2 }) => outcome === "skipped" && error2 !== null);
  if (counts.refuse > 0 || counts.failed > 0 || undone) return 1;
  if (counts.hold > 0 && options.onHold === "fail") return 1;
  const changes = counts.build + counts.create + counts.move > 0;
  return options.changesAsCode && report2.command === "plan" && changes ? 3 : 0;
}
var init_report = __esm({
  "src/report/report.ts"() {
    "use strict";
    init_reference();
    init_version();
  }
});

// src/report/words.ts
function headline(report2) {
  const { counts } = report2;
  if (report2.actions.length === 0) return "Nothing is wanted: no entry of the tag file applies to this run.";
  const parts = report2.command === "plan" ? planned(counts) : applied(report2);
  const what = parts.length === 0 ? "Nothing to do" : capital(parts.join(", "));
  const kept = counts.keep > 0 ? `; ${tags(counts.keep)} already right` : "";
  return `${what}${kept}.`;
}
function planned(counts) {
  return listed([
    [counts.build, (n) => `${images(n)} to build`],
    [counts.create, (n) => `${tags(n)} to create`],
    [counts.move, (n) => `${tags(n)} to move`],
    [counts.hold, (n) => `${tags(n)} on hold`],
    [counts.refuse, (n) => `${tags(n)} refused`]
  ]);
}
function applied(report2) {
  const did = (name) => report2.actions.filter(({ action: action2, outcome }) => action2 === name && outcome === "done").length;
  const undone = report2.actions.filter(
    ({ outcome, error: error2 }) => outcome === "skipped" && error2 !== null
  ).length;
  return listed([
    [did("build"), (n) => `${images(n)} built`],
    [did("create"), (n) => `${tags(n)} created`],
    [did("move"), (n) => `${tags(n)} moved`],
    [report2.counts.hold, (n) => `${tags(n)} on hold`],
    [report2.counts.refuse, (n) => `${tags(n)} refused`],
    [report2.counts.failed, (n) => `${n} failed`],
    [undone, (n) => `${tags(n)} not written because of that`]
  ]);
}
function listed(rows) {
  return rows.filter(([count]) => count > 0).map(([count, say]) => say(count));
}
function tags(count) {
  return count === 1 ? "1 tag" : `${count} tags`;
}
function images(count) {
  return count === 1 ? "1 image" : `${count} images`;
}
function capital(text4) {
  return text4.charAt(0).toUpperCase() + text4.slice(1);
}
function remedy(action2) {
  if (action2.error !== null) return "Run again: finished tags are kept, and only what is missing is written.";
  switch (action2.reason.code) {
    case "different-digest":
      return `Choose a new tag, or name it in force ("${action2.image}:${action2.tag}") if it is really meant to move.`;
    case "source-missing":
      return "Check name and src_build_tag, or wait until the image is published.";
    case "source-gone":
      return "Nothing to mend while the tag is there.";
    case "unknown":
      return "Mend access to the registry (login, permissions, network) and run again; nothing was written.";
    case "digest-mismatch":
      return 'The source moved since it was pinned: review it, then pin again with "retag pin".';
    case "platform-missing":
      return "Publish the missing platform at the source, or take it out of platforms.";
    case "revision-mismatch":
      return "Correct src_ref, or choose the build that was made from that commit.";
    case "conflicting-entries":
      return "Keep one of the entries.";
    case "gate-pending":
      return "A later run completes it once the gate is open.";
    case "gate-failed":
      return "Make the gate green, then run again.";
    case "manual":
      return "Run again for the same ref with the input stable: true (or --stable).";
    case "absent":
    case "same-digest":
    case "newer":
    case "older":
    case "forced":
      return "";
  }
}
function shortDigest(digest) {
  return digest === null ? "-" : digest.slice(0, digest.indexOf(":") + 13);
}
function verb(action2) {
  if (action2.outcome === "failed") return "failed";
  return action2.outcome === "skipped" && action2.error !== null ? "skipped" : action2.action;
}
function tagLine(action2) {
  const target = `${action2.image}:${action2.tag}`;
  const why = action2.error?.text ?? action2.reason.text;
  const from = action2.source === null ? "" : ` from ${action2.source}`;
  const digest = action2.digest === null ? "" : ` ${shortDigest(action2.digest)}`;
  return `${verb(action2).padEnd(7)} ${target}${from}${digest} (${action2.reason.code}: ${why})`;
}
function closing(report2) {
  const hint = report2.command === "plan" && changed(report2) ? " Nothing was written: this is a plan." : "";
  return headline(report2) + hint;
}
var init_words = __esm({
  "src/report/words.ts"() {
    "use strict";
    init_report();
  }
});

// src/run.ts
async function run(request, parts) {
  const started = parts.clock.now();
  const { registry, log } = parts;
  const config = parseConfig(request.files);
  const options = {
    registryMap: parseRegistryMap(request.registryMap),
    forces: parseForce(request.force),
    stableSuffix: config.policy?.stableSuffix ?? "-stable"
  };
  const wanted = request.command === "validate" ? [] : wantImages(config.images, options);
  const planned2 = await log.group("Plan", () => makePlan(wanted, request, parts));
  const outcomes = request.command === "apply" ? await log.group("Apply", () => carryOut(planned2, request, parts)) : asPlanned(planned2);
  const report2 = makeReport({
    command: request.command,
    ref: null,
    classification: null,
    outcomes,
    http: registry.usage(),
    durationMs: parts.clock.now() - started
  });
  for (const action2 of report2.actions) log.line(tagLine(action2));
  log.line(closing(report2));
  return {
    report: report2,
    exitCode: exitCode(report2, { changesAsCode: request.changesAsCode, onHold: config.onHold })
  };
}
async function makePlan(wanted, request, parts) {
  const { registry, log } = parts;
  const lookouts = {
    gate: () => Promise.resolve({ state: "open", text: "" }),
    channel: () => Promise.resolve(null),
    build: () => Promise.resolve({ state: "to-build" })
  };
  const observed = await observe(wanted, registry, lookouts, {
    concurrency: request.concurrency,
    onProgress: (done) => log.progress(done, wanted.length, "tags looked at")
  });
  return plan(wanted, observed);
}
function carryOut(planned2, request, parts) {
  const { registry, log, signal } = parts;
  return execute(planned2, registry, { concurrency: request.concurrency, built: /* @__PURE__ */ new Map(), signal, log });
}
var init_run = __esm({
  "src/run.ts"() {
    "use strict";
    init_config();
    init_execute();
    init_observe();
    init_names();
    init_plan();
    init_want();
    init_report();
    init_words();
  }
});

// src/system/clock.ts
function asError2(reason) {
  return reason instanceof Error ? reason : new Error(String(reason));
}
var systemClock;
var init_clock = __esm({
  "src/system/clock.ts"() {
    "use strict";
    systemClock = {
      now: () => Date.now(),
      random: () => Math.random(),
      sleep: (ms, signal) => new Promise((resolve6, reject) => {
        if (signal?.aborted === true) {
          reject(asError2(signal.reason));
          return;
        }
        const stop = () => {
          clearTimeout(timer);
          reject(asError2(signal?.reason));
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", stop);
          resolve6();
        }, ms);
        signal?.addEventListener("abort", stop, { once: true });
      })
    };
  }
});

// src/workspace/write.ts
async function writeJson(path6, value) {
  await (0, import_promises.mkdir)((0, import_node_path.dirname)((0, import_node_path.resolve)(path6)), { recursive: true });
  await (0, import_promises.writeFile)(path6, `${JSON.stringify(value, null, 2)}
`);
}
async function replaceFile(path6, text4) {
  const temporary = `${path6}.retag-${process.pid}`;
  try {
    await (0, import_promises.writeFile)(temporary, text4, { flag: "wx" });
    await (0, import_promises.rename)(temporary, path6);
  } finally {
    await (0, import_promises.rm)(temporary, { force: true });
  }
}
var import_promises, import_node_path;
var init_write = __esm({
  "src/workspace/write.ts"() {
    "use strict";
    import_promises = require("node:fs/promises");
    import_node_path = require("node:path");
  }
});

// src/registry/json.ts
function parseJson(bytes2) {
  if (!isShallow(bytes2)) return void 0;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes2));
  } catch {
    return void 0;
  }
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isShallow(bytes2) {
  let depth = 0;
  let inString = false;
  for (let at2 = 0; at2 < bytes2.length; at2++) {
    const byte = bytes2[at2];
    if (inString) {
      if (byte === 92) at2++;
      else if (byte === 34) inString = false;
    } else if (byte === 34) inString = true;
    else if (byte === 91 || byte === 123) {
      if (++depth > MAX_DEPTH2) return false;
    } else if (byte === 93 || byte === 125) depth--;
  }
  return true;
}
var MAX_DEPTH2;
var init_json = __esm({
  "src/registry/json.ts"() {
    "use strict";
    MAX_DEPTH2 = 64;
  }
});

// src/registry/auth/docker-config.ts
function parseDockerConfig(bytes2, source) {
  const json2 = parseJson(bytes2);
  if (!isObject(json2)) throw bad2(source, "is not a JSON object");
  const { auths = {}, credHelpers = {}, credsStore = null } = json2;
  if (!isObject(auths) || !isObject(credHelpers))
    throw bad2(source, 'has "auths" or "credHelpers" that is no object');
  if (credsStore !== null && typeof credsStore !== "string")
    throw bad2(source, 'has a "credsStore" that is no string');
  return { source, auths, credHelpers, credsStore: credsStore === "" ? null : credsStore };
}
function keyOf(registry) {
  return registry === "docker.io" ? HUB_KEY : registry;
}
function entryOf(list3, registry) {
  const exact = keyOf(registry);
  if (Object.hasOwn(list3, exact)) return list3[exact];
  const wanted = hubOr(registry);
  const key = Object.keys(list3).find((candidate) => hubOr(hostOf(candidate)) === wanted);
  return key === void 0 ? void 0 : list3[key];
}
function hubOr(host) {
  return HUB_HOSTS.has(host) ? "docker.io" : host;
}
function hostOf(key) {
  return key.replace(/^https?:\/\//i, "").replace(/\/.*$/s, "").toLowerCase();
}
function credentialOf(entry, source, registry) {
  if (entry === void 0 || entry === null) return null;
  if (!isObject(entry)) throw bad2(source, `has an entry for ${registry} that is no object`);
  const text4 = (name) => typeof entry[name] === "string" ? entry[name] : "";
  const decoded = text4("auth") === "" ? null : decodeAuth(text4("auth"), source, registry);
  const [username, password] = decoded ?? [text4("username"), text4("password")];
  if (text4("registrytoken") !== "") return { kind: "registry", token: text4("registrytoken"), source };
  if (text4("identitytoken") !== "")
    return { kind: "identity", username: username || "<token>", token: text4("identitytoken"), source };
  return username === "" && password === "" ? null : { kind: "basic", username, password, source };
}
function decodeAuth(auth, source, registry) {
  if (!/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(auth))
    throw bad2(source, `has an "auth" for ${registry} that is not base64`);
  const text4 = Buffer.from(auth, "base64").toString("utf8");
  const colon = text4.indexOf(":");
  if (colon < 0) throw bad2(source, `has an "auth" for ${registry} without a colon between user and password`);
  return [text4.slice(0, colon), text4.slice(colon + 1).replace(/^\0+|\0+$/g, "")];
}
function bad2(source, what) {
  return new OperationError("denied", `${source} ${what}; mend it, or log in again with "docker login"`);
}
var HUB_KEY, HUB_HOSTS;
var init_docker_config = __esm({
  "src/registry/auth/docker-config.ts"() {
    "use strict";
    init_errors();
    init_json();
    HUB_KEY = "https://index.docker.io/v1/";
    HUB_HOSTS = /* @__PURE__ */ new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);
  }
});

// src/registry/auth/helper.ts
async function askHelper(name, registry, from, settings) {
  if (!NAME.test(name) || name.startsWith("-")) {
    throw new OperationError(
      "denied",
      `${from} names a credential helper that is not a plain name; correct it`
    );
  }
  const program = `docker-credential-${name}`;
  const { error: error2, stdout } = await run2(program, keyOf(registry), settings);
  if (error2) {
    if (/credentials not found/i.test(stdout)) return null;
    throw failed2(program, registry, from, reasonOf(error2, settings.timeoutMs));
  }
  const answer = parseJson(Buffer.from(stdout, "utf8"));
  const { Username: username, Secret: secret } = isObject(answer) ? answer : {};
  if (typeof username !== "string" || typeof secret !== "string") {
    throw failed2(program, registry, from, "its answer is not the JSON of a credential helper");
  }
  const source = `${program} (${from})`;
  if (username === "" && secret === "") return null;
  return username === "<token>" ? { kind: "identity", username, token: secret, source } : { kind: "basic", username, password: secret, source };
}
function run2(program, input, { env, timeoutMs, signal }) {
  return new Promise((resolve6) => {
    const child3 = (0, import_node_child_process.execFile)(
      program,
      ["get"],
      {
        env,
        timeout: timeoutMs,
        killSignal: "SIGKILL",
        maxBuffer: MAX_BYTES,
        windowsHide: true,
        ...signal ? { signal } : {}
      },
      (error2, stdout) => resolve6({ error: error2, stdout })
    );
    child3.stdin?.on("error", () => void 0);
    child3.stdin?.end(input);
  });
}
function reasonOf(error2, timeoutMs) {
  const { code: code2 } = error2;
  if (code2 === "ENOENT") return "it is not installed (not found in PATH)";
  if (code2 === "EACCES") return "it may not be run";
  if (code2 === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
    return `it printed more than ${MAX_BYTES} bytes`;
  if (error2.name === "AbortError") return "the run ended first";
  if (error2.killed) return `it gave no answer within ${timeoutMs / 1e3} s`;
  return `it ended with exit code ${code2 ?? "unknown"}`;
}
function failed2(program, registry, from, why) {
  return new OperationError(
    "denied",
    `${program}, which ${from} names for ${registry}, gave no login: ${why}; mend it, or take it out of that file`
  );
}
var import_node_child_process, NAME, MAX_BYTES;
var init_helper = __esm({
  "src/registry/auth/helper.ts"() {
    "use strict";
    import_node_child_process = require("node:child_process");
    init_errors();
    init_json();
    init_docker_config();
    NAME = /^[A-Za-z0-9._-]+$/;
    MAX_BYTES = 64 * 1024;
  }
});

// src/registry/auth/credentials.ts
function createCredentials(options) {
  const known = /* @__PURE__ */ new Map();
  let file2;
  return (registry) => {
    let found = known.get(registry);
    if (!found) {
      found = lookUp(registry, options, () => file2 ??= readConfig(options.env));
      known.set(registry, found);
    }
    return found;
  };
}
async function lookUp(registry, options, file2) {
  return fromEnvironment(registry, options.env) ?? await fromConfig(registry, await file2(), options) ?? fromJob(registry, options);
}
function fromEnvironment(registry, env) {
  const text4 = env["DOCKER_AUTH_CONFIG"] ?? "";
  if (text4 === "") return null;
  const { auths, source } = parseDockerConfig(Buffer.from(text4, "utf8"), "DOCKER_AUTH_CONFIG");
  return credentialOf(entryOf(auths, registry), source, registry);
}
async function fromConfig(registry, config, { env, signal, helperTimeoutMs }) {
  if (!config) return null;
  const settings = {
    env,
    timeoutMs: helperTimeoutMs ?? HELPER_MS,
    ...signal ? { signal } : {}
  };
  const helper = entryOf(config.credHelpers, registry);
  if (typeof helper === "string" && helper !== "")
    return askHelper(helper, registry, config.source, settings);
  const stored = config.credsStore ? await askHelper(config.credsStore, registry, config.source, settings) : null;
  return stored ?? credentialOf(entryOf(config.auths, registry), config.source, registry);
}
function fromJob(registry, { githubToken = "", githubActor = "" }) {
  if (registry !== JOB_REGISTRY || githubToken === "") return null;
  const username = githubActor === "" ? "x-access-token" : githubActor;
  return { kind: "basic", username, password: githubToken, source: "the job token (github-token)" };
}
async function readConfig(env) {
  const folder = env["DOCKER_CONFIG"] || (0, import_node_path2.join)(env["HOME"] || env["USERPROFILE"] || (0, import_node_os.homedir)(), ".docker");
  const path6 = (0, import_node_path2.join)(folder, "config.json");
  let bytes2;
  try {
    bytes2 = await (0, import_promises2.readFile)(path6);
  } catch (error2) {
    const { code: code2 } = error2;
    if (code2 === "ENOENT" || code2 === "ENOTDIR") return null;
    throw new OperationError("denied", `${path6} cannot be read (${messageOf(error2)}); mend its permissions`, {
      cause: error2
    });
  }
  return parseDockerConfig(bytes2, path6);
}
var import_promises2, import_node_os, import_node_path2, HELPER_MS, JOB_REGISTRY;
var init_credentials = __esm({
  "src/registry/auth/credentials.ts"() {
    "use strict";
    import_promises2 = require("node:fs/promises");
    import_node_os = require("node:os");
    import_node_path2 = require("node:path");
    init_errors();
    init_docker_config();
    init_helper();
    HELPER_MS = 3e4;
    JOB_REGISTRY = "ghcr.io";
  }
});

// src/registry/auth/credential.ts
function basicHeader(username, password) {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
function secretsOf(credential) {
  if (credential.kind === "registry") return [credential.token];
  const secret = credential.kind === "basic" ? credential.password : credential.token;
  return [secret, basicHeader(credential.username, secret).slice("Basic ".length)];
}
var init_credential = __esm({
  "src/registry/auth/credential.ts"() {
    "use strict";
  }
});

// src/registry/auth/challenge.ts
function parseChallenges(header2) {
  if (header2 === void 0 || header2.length > MAX_HEADER) return [];
  const challenges = [];
  const read3 = reader(header2);
  for (; ; ) {
    read3.skip(SEPARATORS);
    const word = read3.match(TOKEN)?.[0].toLowerCase();
    if (word === void 0) return challenges;
    read3.skip(SPACE);
    const last = challenges.at(-1);
    if (!read3.take("=")) {
      challenges.push({ scheme: word, parameters: /* @__PURE__ */ new Map() });
      continue;
    }
    read3.skip(SPACE);
    const value = read3.match(VALUE);
    if (!last || !value) return challenges;
    if (!last.parameters.has(word))
      last.parameters.set(word, (value[1] ?? value[2] ?? "").replace(/\\(.)/g, "$1"));
  }
}
function reader(text4) {
  let at2 = 0;
  const match = (pattern) => {
    pattern.lastIndex = at2;
    const found = pattern.exec(text4);
    if (found) at2 = pattern.lastIndex;
    return found;
  };
  return {
    match,
    skip: (pattern) => void match(pattern),
    take(char) {
      if (text4[at2] !== char) return false;
      at2++;
      return true;
    }
  };
}
var MAX_HEADER, TOKEN, VALUE, SPACE, SEPARATORS;
var init_challenge = __esm({
  "src/registry/auth/challenge.ts"() {
    "use strict";
    MAX_HEADER = 8192;
    TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
    VALUE = /"((?:[^"\\]|\\.)*)"|([^\s",]+)/y;
    SPACE = /[ \t]*/y;
    SEPARATORS = /[ \t,]*/y;
  }
});

// src/registry/auth/proof.ts
function createProof() {
  let state = "unknown";
  let refusals = 0;
  let trying = null;
  return {
    async turn() {
      while (state === "unknown" && trying) await trying.over;
      if (state !== "unknown") return state;
      let end = () => void 0;
      const over = new Promise((resolve6) => end = resolve6);
      trying = { over, end };
      return "try";
    },
    settle(right) {
      if (right === true) state = "proven";
      else if (right === false && state === "unknown" && ++refusals >= MAX_REFUSALS) state = "rejected";
      const current = trying;
      trying = null;
      current?.end();
    },
    isRejected: () => state === "rejected"
  };
}
var MAX_REFUSALS;
var init_proof = __esm({
  "src/registry/auth/proof.ts"() {
    "use strict";
    MAX_REFUSALS = 2;
  }
});

// src/registry/hosts.ts
function isLoopback(hostname) {
  if (hostname === "localhost") return true;
  const address = addressOf(hostname);
  if (!address) return false;
  return address.v4 ? address.v4[0] === 127 : address.v6.every((part, at2) => part === (at2 === 7 ? 1 : 0));
}
function isLinkLocal(hostname) {
  const address = addressOf(hostname);
  if (!address) return false;
  return address.v4 ? address.v4[0] === 169 && address.v4[1] === 254 : ((address.v6[0] ?? 0) & 65472) === 65152;
}
function isPrivate(hostname) {
  if (isLoopback(hostname) || isLinkLocal(hostname)) return true;
  const address = addressOf(hostname);
  if (!address) return false;
  return address.v4 ? isPrivateV4(address.v4) : isPrivateV6(address.v6);
}
function isPrivateV4([a = 0, b = 0]) {
  return a === 0 || a === 10 || a === 100 && (b & 192) === 64 || a === 172 && (b & 240) === 16 || a === 192 && b === 168 || a >= 224;
}
function isPrivateV6(parts) {
  const first2 = parts[0] ?? 0;
  return (first2 & 65024) === 64512 || (first2 & 65280) === 65280 || parts.every((part) => part === 0);
}
function isListed(url, list3) {
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  return list3.some((entry) => {
    const wanted = entry.toLowerCase();
    return wanted === url.hostname || wanted === `${url.hostname}:${port}`;
  });
}
function addressOfRegistry(registry, insecure) {
  const host = API_HOSTS.get(registry) ?? registry;
  const hostname = hostnameOf(host);
  const listed2 = insecure.some((entry) => entry.toLowerCase() === registry);
  const literal2 = addressOf(hostname)?.v4 !== void 0 && !hostname.startsWith("[");
  if (literal2 && !host.startsWith(hostname)) {
    throw new OperationError("unsafe", `${registry}: this host means ${hostname}; write it so`);
  }
  if (isLinkLocal(hostname) && !listed2) {
    throw new OperationError(
      "unsafe",
      `${registry}: a link-local address is not a registry; list it in insecure-registries if it is one`
    );
  }
  return { host, hostname, scheme: listed2 ? "http" : isLoopback(hostname) ? "either" : "https" };
}
function hostnameOf(host) {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    throw new OperationError("unsafe", `${host}: this is not a host that can be spoken to; correct the name`);
  }
}
function addressOf(hostname) {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return { v4: hostname.split(".").map(Number), v6: [] };
  if (!hostname.startsWith("[")) return null;
  const v6 = groupsOf(hostname.slice(1, -1));
  const head = v6.slice(0, 6).join(":");
  const [high = 0, low = 0] = v6.slice(6);
  if (head !== "0:0:0:0:0:65535" && head !== "100:65435:0:0:0:0") return { v6 };
  return { v4: [high >> 8, high & 255, low >> 8, low & 255], v6 };
}
function groupsOf(text4) {
  const [head = "", tail] = text4.split("::");
  const parse3 = (part) => part === "" ? [] : part.split(":").map((group2) => parseInt(group2, 16));
  const before = parse3(head);
  if (tail === void 0) return before;
  const after = parse3(tail);
  return [...before, ...new Array(8 - before.length - after.length).fill(0), ...after];
}
var API_HOSTS;
var init_hosts = __esm({
  "src/registry/hosts.ts"() {
    "use strict";
    init_errors();
    API_HOSTS = /* @__PURE__ */ new Map([["docker.io", "registry-1.docker.io"]]);
  }
});

// src/registry/quirks.ts
function quirksOf(registry) {
  return QUIRKS.filter(
    ({ registry: pattern }) => pattern.startsWith("*.") ? registry.endsWith(pattern.slice(1)) : registry === pattern
  );
}
var QUIRKS;
var init_quirks = __esm({
  "src/registry/quirks.ts"() {
    "use strict";
    QUIRKS = [
      {
        registry: "docker.io",
        differs: "the API is at registry-1.docker.io and tokens come from auth.docker.io",
        source: "https://distribution.github.io/distribution/spec/auth/token/",
        tokenHosts: ["auth.docker.io"]
      },
      {
        registry: "registry.gitlab.com",
        differs: "tokens come from the web application, gitlab.com",
        source: "https://docs.gitlab.com/administration/packages/container_registry/",
        tokenHosts: ["gitlab.com"]
      },
      {
        registry: "ghcr.io",
        differs: "the job token is refused with 403 until the package grants the repository access",
        source: "https://docs.github.com/packages/learn-github-packages/configuring-a-packages-access-control-and-visibility",
        denied: 'give the job "permissions: packages: write", and the repository access in the package settings under "Manage Actions access"'
      },
      {
        registry: "docker.io",
        differs: "tags may be immutable by a setting or an expression; GET of a manifest counts as a pull, HEAD does not",
        handling: "looks are HEAD; after a refused write the tag is looked at",
        source: "https://docs.docker.com/docker-hub/repos/manage/hub-images/immutable-tags/",
        immutable: "change the repository's immutable tags setting on Docker Hub, or choose another tag"
      },
      {
        registry: "*.amazonaws.com",
        differs: "400 for every write to an immutable tag that exists, even of the same digest; at most 1,000 tags a page",
        handling: "after a refused write the tag is looked at, and the same digest is success; n=1000",
        source: "https://github.com/moby/buildkit/issues/3776, https://github.com/aws/containers-roadmap/issues/2179",
        immutable: "make the tags of the ECR repository mutable, or choose another tag"
      },
      {
        registry: "*.azurecr.io",
        differs: "tags, manifests and repositories can be locked",
        handling: "after a refused write the tag is looked at",
        source: "https://learn.microsoft.com/azure/container-registry/container-registry-image-lock",
        immutable: 'unlock the tag with "az acr repository update --write-enabled true", or choose another tag'
      },
      {
        registry: "*.pkg.dev",
        differs: "a repository may forbid moving and removing tags",
        handling: "after a refused write the tag is looked at",
        source: "https://cloud.google.com/artifact-registry/docs/repositories/update-repo",
        immutable: "allow mutable tags in the settings of the Artifact Registry repository, or choose another tag"
      },
      {
        registry: "Harbor",
        differs: "404 NOT_FOUND where the specification has MANIFEST_UNKNOWN; 412 for a tag under an immutability rule",
        handling: "NOT_FOUND counts as absent; after a refused write the tag is looked at",
        source: "https://github.com/goharbor/harbor/blob/main/src/server/middleware/immutable/pushmf.go"
      },
      {
        registry: "docker-registry 2.8",
        differs: "404 for a manifest that exists when the Accept line lacks its media type",
        handling: "one complete Accept line; a 404 counts only with a body that does not speak of the Accept header",
        source: "https://github.com/distribution/distribution/blob/v2.8.2/registry/handlers/manifests.go"
      },
      {
        registry: "docker-registry 2.8",
        differs: "500 for a tag while it is written, and for ever when the registry stopped in between",
        handling: "retried, then unknown with a hint; never absent",
        source: "https://github.com/distribution/distribution/pull/4478"
      },
      {
        registry: "docker-registry 2.8",
        differs: "400 MANIFEST_BLOB_UNKNOWN for an index while somebody else writes one of its children again",
        handling: "children are only written when missing; one more try after they were looked at again",
        source: "https://github.com/distribution/distribution/pull/4478"
      },
      {
        registry: "docker-registry 2.8",
        differs: "the tag list ignores n and last and has no Link",
        handling: "paging follows Link only, and stops when a page brings nothing new",
        source: "https://github.com/distribution/distribution/blob/v2.8.2/registry/handlers/tags.go"
      },
      {
        registry: "docker-registry 2.8",
        differs: "404 in plain text for the referrers API",
        handling: "the fallback tag is read instead, without asking the API again",
        source: "https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#unavailable-referrers-api"
      },
      {
        registry: "docker-registry 2.8",
        differs: "401 for a mount when the token lacks pull on the other repository, where the specification has 202",
        handling: "any answer but 201 and 202 to a mount leads to a plain upload",
        source: "https://github.com/distribution/distribution/blob/v2.8.2/registry/handlers/app.go"
      },
      {
        registry: "Quay",
        differs: 'a mount without "from" fails',
        handling: "a mount always names the repository that holds the blob",
        source: "https://github.com/google/go-containerregistry/blob/main/pkg/v1/remote/write.go"
      }
    ];
  }
});

// src/registry/auth/realm.ts
function tokenServer(realm, asker) {
  if (realm === void 0 || realm === "") {
    throw new OperationError(
      "protocol",
      `${asker.registry} asks for a token without naming a token server (realm); the registry has to be mended`
    );
  }
  const url = URL.canParse(realm) ? new URL(realm) : null;
  if (!url || url.protocol !== "https:" && url.protocol !== "http:") {
    throw refused(asker, "something that is not an http(s) address");
  }
  if (url.username !== "" || url.password !== "")
    throw refused(asker, `${url.host}, with a user name in the address`);
  if (url.protocol === "http:" && asker.api.protocol !== "http:") {
    throw refused(asker, `${url.host} over plain http`);
  }
  if (!belongs(url, asker)) throw refused(asker, url.host);
  url.hash = "";
  return url;
}
function belongs(url, { registry, api, listed: listed2 }) {
  if (url.hostname === api.hostname || isListed(url, listed2)) return true;
  if (isLoopback(api.hostname) && isLoopback(url.hostname)) return true;
  const known = quirksOf(registry).flatMap((quirk) => quirk.tokenHosts ?? []);
  return known.includes(url.host) || sameDomain(url.hostname, api.hostname);
}
function sameDomain(a, b) {
  if (/^[\d.]+$|^\[/.test(a) || /^[\d.]+$|^\[/.test(b)) return false;
  const left = a.split(".").reverse();
  const right = b.split(".").reverse();
  let common2 = 0;
  while (common2 < left.length && common2 < right.length && left[common2] === right[common2]) common2++;
  const domain = left.slice(0, common2).reverse();
  if (common2 < 2 || common2 === 2 && domain[1]?.length === 2 && SHARED_SECOND.has(domain[0] ?? ""))
    return false;
  return !SHARED.includes(domain.join("."));
}
function refused(asker, what) {
  return new OperationError(
    "unsafe",
    `${asker.registry} sends to ${what} for a token, where credentials must not go; list that host in insecure-registries if it is meant`
  );
}
var SHARED_SECOND, SHARED;
var init_realm = __esm({
  "src/registry/auth/realm.ts"() {
    "use strict";
    init_errors();
    init_hosts();
    init_quirks();
    SHARED_SECOND = /* @__PURE__ */ new Set([
      "ac",
      "co",
      "com",
      "edu",
      "gob",
      "gov",
      "ltd",
      "me",
      "ne",
      "net",
      "nom",
      "or",
      "org",
      "sch"
    ]);
    SHARED = [
      "amazonaws.com",
      "appspot.com",
      "aliyuncs.com",
      "azurecr.io",
      "azure.com",
      "azurewebsites.net",
      "cloudapp.net",
      "cloudfront.net",
      "cloudflare.net",
      "fly.dev",
      "github.io",
      "gitlab.io",
      "herokuapp.com",
      "jfrog.io",
      "netlify.app",
      "ngrok.io",
      "ocir.io",
      "onrender.com",
      "pages.dev",
      "pkg.dev",
      "r2.dev",
      "run.app",
      "sslip.io",
      "nip.io",
      "vercel.app",
      "windows.net",
      "workers.dev"
    ];
  }
});

// src/registry/auth/scope.ts
function scopesOf({ repository, access: access2, alsoPull }) {
  const own = `repository:${repository.repository}:${access2}`;
  return alsoPull ? [own, `repository:${alsoPull.repository}:pull`] : [own];
}
function missingScopes(asked, own) {
  const scopes = (asked ?? "").split(" ").filter((scope) => SCOPE.test(scope));
  return scopes.filter((scope) => !own.some((held) => covers(held, scope))).slice(0, MAX_SCOPES);
}
function covers(held, wanted) {
  const [heldName, heldActions] = splitActions(held);
  const [wantedName, wantedActions] = splitActions(wanted);
  return heldName === wantedName && wantedActions.every((action2) => heldActions.includes(action2));
}
function splitActions(scope) {
  const colon = scope.lastIndexOf(":");
  return [scope.slice(0, colon), scope.slice(colon + 1).split(",")];
}
var MAX_SCOPES, SCOPE;
var init_scope = __esm({
  "src/registry/auth/scope.ts"() {
    "use strict";
    MAX_SCOPES = 8;
    SCOPE = /^[a-z0-9]+(?:\([a-z0-9]+\))?:[\x21-\x7e]{1,300}:[a-z*]+(?:,[a-z*]+)*$/;
  }
});

// src/registry/auth/token.ts
async function fetchToken(wish, ask2) {
  let answer = wish.credential?.kind === "identity" ? await ask2(byPost(wish, wish.credential)) : null;
  if (!answer || answer.status === 404 || answer.status === 405) answer = await ask2(byGet(wish));
  const { status, body } = answer;
  if (status === 400 || status === 401 || status === 403) return { refused: status };
  if (status !== 200) {
    throw new OperationError(
      status === 408 || status === 429 || status >= 500 ? "unavailable" : "protocol",
      `the token server ${wish.server.host} answered HTTP ${status}; run again when it is well`,
      { status }
    );
  }
  return parseToken(body, wish.server.host);
}
function byGet({ server, service, scopes, credential }) {
  const url = new URL(server);
  if (service !== void 0) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  if (!credential) return { method: "GET", url, headers: {} };
  const secret = credential.kind === "basic" ? credential.password : credential.token;
  return { method: "GET", url, headers: { authorization: basicHeader(credential.username, secret) } };
}
function byPost({ server, service, scopes }, { token }) {
  const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token, client_id: "retag" });
  if (service !== void 0) form.set("service", service);
  form.set("scope", scopes.join(" "));
  return {
    method: "POST",
    url: server,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(form.toString(), "utf8")
  };
}
function parseToken(body, host) {
  const json2 = parseJson(body);
  const fields2 = isObject(json2) ? json2 : {};
  const token = [fields2["token"], fields2["access_token"]].find(
    (value) => typeof value === "string" && value !== ""
  );
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new OperationError(
      "protocol",
      `the token server ${host} gave no usable token; see whether it is the right one for this registry`
    );
  }
  const seconds = fields2["expires_in"];
  return { token, seconds: typeof seconds === "number" && seconds > 0 ? seconds : DEFAULT_SECONDS };
}
var DEFAULT_SECONDS;
var init_token = __esm({
  "src/registry/auth/token.ts"() {
    "use strict";
    init_errors();
    init_json();
    init_credential();
    DEFAULT_SECONDS = 60;
  }
});

// src/registry/auth/token-cache.ts
function createTokenCache(now) {
  const entries = /* @__PURE__ */ new Map();
  let asked = false;
  const entryOf2 = (scopes) => {
    const key = scopes.join(" ");
    let entry = entries.get(key);
    if (!entry) {
      entry = { header: void 0, refusal: void 0, until: 0, pending: void 0, missing: [] };
      entries.set(key, entry);
    }
    return entry;
  };
  const held = (key) => {
    const entry = entries.get(key);
    return entry && entry.until > now() ? entry.header : void 0;
  };
  const load = async (entry, work) => {
    try {
      const { header: header2, seconds } = await work();
      entry.header = header2;
      entry.refusal = void 0;
      entry.until = now() + 1e3 * Math.max(seconds - EARLY_S, seconds / 2);
      return header2;
    } catch (error2) {
      entry.header = void 0;
      if (isRefusal(error2)) {
        entry.refusal = error2;
        entry.until = now() + REFUSAL_MS;
      }
      throw error2;
    } finally {
      entry.pending = void 0;
    }
  };
  return {
    get(scopes) {
      const key = scopes.join(" ");
      return held(key) ?? (key.endsWith(":pull") && scopes.length === 1 ? held(`${key},push`) : void 0);
    },
    fetch(scopes, work) {
      const entry = entryOf2(scopes);
      if (entry.refusal && entry.until > now()) return Promise.reject(entry.refusal);
      entry.pending ??= load(entry, () => work([...entry.missing, ...scopes]));
      return entry.pending;
    },
    want(scopes, missing) {
      asked = true;
      if (missing.length > 0) entryOf2(scopes).missing = missing;
    },
    wanted: () => asked,
    drop(header2) {
      for (const entry of entries.values()) if (entry.header === header2) entry.header = void 0;
    }
  };
}
function isRefusal(error2) {
  return error2 instanceof Error && "code" in error2 && error2.code === "denied";
}
var EARLY_S, REFUSAL_MS;
var init_token_cache = __esm({
  "src/registry/auth/token-cache.ts"() {
    "use strict";
    EARLY_S = 10;
    REFUSAL_MS = 6e4;
  }
});

// src/registry/auth/authorizer.ts
function createAuthorizer(options) {
  let scheme;
  const credential = once(() => lookUp2(options));
  const proof = createProof();
  const tokens = createTokenCache(options.now);
  const context = { ...options, credential, proof, tokens };
  return {
    authorization(access2) {
      if (!scheme) return void 0;
      return scheme.kind === "basic" ? basic(context) : bearer(context, scheme, access2);
    },
    answered(sent, status) {
      if (sent?.startsWith("Basic ")) proof.settle(status === null ? null : status !== 401);
    },
    async challenged(access2, header2, sent) {
      const asked = choose(parseChallenges(header2));
      if (!asked) return false;
      scheme = schemeOf(asked, options.asker());
      if (scheme.kind === "bearer") {
        tokens.want(scopesOf(access2), missingScopes(asked.parameters.get("scope"), scopesOf(access2)));
      }
      return worthRepeating(context, sent);
    }
  };
}
function choose(challenges) {
  const of = (name) => challenges.find(({ scheme }) => scheme === name);
  return of("bearer") ?? of("basic");
}
function schemeOf({ scheme, parameters }, asker) {
  if (scheme === "basic") return { kind: "basic" };
  return {
    kind: "bearer",
    server: tokenServer(parameters.get("realm"), asker),
    service: parameters.get("service")
  };
}
async function lookUp2({ credentials, asker, onSecret }) {
  const found = await credentials(asker().registry);
  if (found) for (const secret of secretsOf(found)) onSecret(secret);
  return found;
}
async function worthRepeating({ credential, asker, proof, tokens }, sent) {
  const found = await credential();
  if (sent === void 0) return found !== null || tokens.wanted();
  if (sent.startsWith("Basic ") && proof.isRejected()) throw rejected(asker().registry, found);
  tokens.drop(sent);
  return true;
}
async function basic({ credential, proof, asker }) {
  const found = await credential();
  if (!found) return void 0;
  if (found.kind === "registry") return `Bearer ${found.token}`;
  if (await proof.turn() === "rejected") throw rejected(asker().registry, found);
  return basicHeader(found.username, found.kind === "basic" ? found.password : found.token);
}
function bearer(context, { server, service }, access2) {
  const { tokens, credential, asker, ask: ask2, onSecret } = context;
  const known = tokens.get(scopesOf(access2));
  if (known !== void 0) return known;
  return tokens.fetch(scopesOf(access2), async (scopes) => {
    const found = await credential();
    if (found?.kind === "registry") return { header: `Bearer ${found.token}`, seconds: Infinity };
    const answer = await proven(
      context,
      found,
      () => fetchToken({ server, service, scopes, credential: found }, ask2)
    );
    if ("refused" in answer) throw noToken(asker().registry, server, scopes, found, answer.refused);
    onSecret(answer.token);
    return { header: `Bearer ${answer.token}`, seconds: answer.seconds };
  });
}
async function proven({ proof, asker }, found, use) {
  if (!found) return use();
  if (await proof.turn() === "rejected") throw rejected(asker().registry, found);
  let right = null;
  try {
    const answer = await use();
    right = !("refused" in answer) || answer.refused !== 401;
    return answer;
  } finally {
    proof.settle(right);
  }
}
function rejected(registry, credential) {
  const source = credential ? ` from ${credential.source}` : "";
  return new OperationError(
    "denied",
    `${registry} refused the login${source} (HTTP 401); log in again with a user name and password that are right`,
    { status: 401 }
  );
}
function noToken(registry, server, scopes, credential, status) {
  const who = credential ? `the login from ${credential.source}` : "anybody without a login";
  const next2 = credential ? "log in with an account that may do this" : `log in to ${registry}`;
  return new OperationError(
    "denied",
    `${server.host} gives ${who} no token for ${scopes.join(" ")} (HTTP ${status}); ${next2}`,
    { status }
  );
}
function once(work) {
  let result;
  return () => result ??= work();
}
var init_authorizer = __esm({
  "src/registry/auth/authorizer.ts"() {
    "use strict";
    init_errors();
    init_credential();
    init_challenge();
    init_proof();
    init_realm();
    init_scope();
    init_token();
    init_token_cache();
  }
});

// src/registry/http/proxy.ts
function proxyFor(target, env, isLoopback2) {
  const { secure, hostname, port } = target;
  const configured = read2(env, secure ? "https_proxy" : "http_proxy") || read2(env, "all_proxy");
  if (configured === "" || isLoopback2(hostname)) return null;
  if (isExcluded(hostname.toLowerCase(), port, read2(env, "no_proxy"))) return null;
  return configured.includes("://") ? configured : `http://${configured}`;
}
function isExcluded(hostname, port, list3) {
  return list3.toLowerCase().split(/[\s,]+/).filter((entry) => entry !== "").some((entry) => {
    if (entry === "*") return true;
    const [, host = entry, entryPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
    if (entryPort !== void 0 && Number(entryPort) !== port) return false;
    const name = host.replace(/^\*?\./, "");
    return hostname === name || hostname.endsWith(`.${name}`);
  });
}
function read2(env, name) {
  return (env[name] ?? env[name.toUpperCase()] ?? "").trim();
}
var init_proxy = __esm({
  "src/registry/http/proxy.ts"() {
    "use strict";
  }
});

// node_modules/ms/index.js
var require_ms = __commonJS({
  "node_modules/ms/index.js"(exports2, module2) {
    var s = 1e3;
    var m = s * 60;
    var h = m * 60;
    var d = h * 24;
    var w = d * 7;
    var y = d * 365.25;
    module2.exports = function(val, options) {
      options = options || {};
      var type = typeof val;
      if (type === "string" && val.length > 0) {
        return parse3(val);
      } else if (type === "number" && isFinite(val)) {
        return options.long ? fmtLong(val) : fmtShort(val);
      }
      throw new Error(
        "val is not a non-empty string or a valid number. val=" + JSON.stringify(val)
      );
    };
    function parse3(str) {
      str = String(str);
      if (str.length > 100) {
        return;
      }
      var match = /^(-?(?:\d+)?\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i.exec(
        str
      );
      if (!match) {
        return;
      }
      var n = parseFloat(match[1]);
      var type = (match[2] || "ms").toLowerCase();
      switch (type) {
        case "years":
        case "year":
        case "yrs":
        case "yr":
        case "y":
          return n * y;
        case "weeks":
        case "week":
        case "w":
          return n * w;
        case "days":
        case "day":
        case "d":
          return n * d;
        case "hours":
        case "hour":
        case "hrs":
        case "hr":
        case "h":
          return n * h;
        case "minutes":
        case "minute":
        case "mins":
        case "min":
        case "m":
          return n * m;
        case "seconds":
        case "second":
        case "secs":
        case "sec":
        case "s":
          return n * s;
        case "milliseconds":
        case "millisecond":
        case "msecs":
        case "msec":
        case "ms":
          return n;
        default:
          return void 0;
      }
    }
    function fmtShort(ms) {
      var msAbs = Math.abs(ms);
      if (msAbs >= d) {
        return Math.round(ms / d) + "d";
      }
      if (msAbs >= h) {
        return Math.round(ms / h) + "h";
      }
      if (msAbs >= m) {
        return Math.round(ms / m) + "m";
      }
      if (msAbs >= s) {
        return Math.round(ms / s) + "s";
      }
      return ms + "ms";
    }
    function fmtLong(ms) {
      var msAbs = Math.abs(ms);
      if (msAbs >= d) {
        return plural2(ms, msAbs, d, "day");
      }
      if (msAbs >= h) {
        return plural2(ms, msAbs, h, "hour");
      }
      if (msAbs >= m) {
        return plural2(ms, msAbs, m, "minute");
      }
      if (msAbs >= s) {
        return plural2(ms, msAbs, s, "second");
      }
      return ms + " ms";
    }
    function plural2(ms, msAbs, n, name) {
      var isPlural = msAbs >= n * 1.5;
      return Math.round(ms / n) + " " + name + (isPlural ? "s" : "");
    }
  }
});

// node_modules/debug/src/common.js
var require_common = __commonJS({
  "node_modules/debug/src/common.js"(exports2, module2) {
    function setup(env) {
      createDebug4.debug = createDebug4;
      createDebug4.default = createDebug4;
      createDebug4.coerce = coerce;
      createDebug4.disable = disable;
      createDebug4.enable = enable;
      createDebug4.enabled = enabled;
      createDebug4.humanize = require_ms();
      createDebug4.destroy = destroy;
      Object.keys(env).forEach((key) => {
        createDebug4[key] = env[key];
      });
      createDebug4.names = [];
      createDebug4.skips = [];
      createDebug4.formatters = {};
      function selectColor(namespace) {
        let hash = 0;
        for (let i = 0; i < namespace.length; i++) {
          hash = (hash << 5) - hash + namespace.charCodeAt(i);
          hash |= 0;
        }
        return createDebug4.colors[Math.abs(hash) % createDebug4.colors.length];
      }
      createDebug4.selectColor = selectColor;
      function createDebug4(namespace) {
        let prevTime;
        let enableOverride = null;
        let namespacesCache;
        let enabledCache;
        function debug5(...args) {
          if (!debug5.enabled) {
            return;
          }
          const self = debug5;
          const curr = Number(/* @__PURE__ */ new Date());
          const ms = curr - (prevTime || curr);
          self.diff = ms;
          self.prev = prevTime;
          self.curr = curr;
          prevTime = curr;
          args[0] = createDebug4.coerce(args[0]);
          if (typeof args[0] !== "string") {
            args.unshift("%O");
          }
          let index2 = 0;
          args[0] = args[0].replace(/%([a-zA-Z%])/g, (match, format) => {
            if (match === "%%") {
              return "%";
            }
            index2++;
            const formatter = createDebug4.formatters[format];
            if (typeof formatter === "function") {
              const val = args[index2];
              match = formatter.call(self, val);
              args.splice(index2, 1);
              index2--;
            }
            return match;
          });
          createDebug4.formatArgs.call(self, args);
          const logFn = self.log || createDebug4.log;
          logFn.apply(self, args);
        }
        debug5.namespace = namespace;
        debug5.useColors = createDebug4.useColors();
        debug5.color = createDebug4.selectColor(namespace);
        debug5.extend = extend;
        debug5.destroy = createDebug4.destroy;
        Object.defineProperty(debug5, "enabled", {
          enumerable: true,
          configurable: false,
          get: () => {
            if (enableOverride !== null) {
              return enableOverride;
            }
            if (namespacesCache !== createDebug4.namespaces) {
              namespacesCache = createDebug4.namespaces;
              enabledCache = createDebug4.enabled(namespace);
            }
            return enabledCache;
          },
          set: (v) => {
            enableOverride = v;
          }
        });
        if (typeof createDebug4.init === "function") {
          createDebug4.init(debug5);
        }
        return debug5;
      }
      function extend(namespace, delimiter3) {
        const newDebug = createDebug4(this.namespace + (typeof delimiter3 === "undefined" ? ":" : delimiter3) + namespace);
        newDebug.log = this.log;
        return newDebug;
      }
      function enable(namespaces) {
        createDebug4.save(namespaces);
        createDebug4.namespaces = namespaces;
        createDebug4.names = [];
        createDebug4.skips = [];
        const split = (typeof namespaces === "string" ? namespaces : "").trim().replace(/\s+/g, ",").split(",").filter(Boolean);
        for (const ns of split) {
          if (ns[0] === "-") {
            createDebug4.skips.push(ns.slice(1));
          } else {
            createDebug4.names.push(ns);
          }
        }
      }
      function matchesTemplate(search, template) {
        let searchIndex = 0;
        let templateIndex = 0;
        let starIndex = -1;
        let matchIndex = 0;
        while (searchIndex < search.length) {
          if (templateIndex < template.length && (template[templateIndex] === search[searchIndex] || template[templateIndex] === "*")) {
            if (template[templateIndex] === "*") {
              starIndex = templateIndex;
              matchIndex = searchIndex;
              templateIndex++;
            } else {
              searchIndex++;
              templateIndex++;
            }
          } else if (starIndex !== -1) {
            templateIndex = starIndex + 1;
            matchIndex++;
            searchIndex = matchIndex;
          } else {
            return false;
          }
        }
        while (templateIndex < template.length && template[templateIndex] === "*") {
          templateIndex++;
        }
        return templateIndex === template.length;
      }
      function disable() {
        const namespaces = [
          ...createDebug4.names,
          ...createDebug4.skips.map((namespace) => "-" + namespace)
        ].join(",");
        createDebug4.enable("");
        return namespaces;
      }
      function enabled(name) {
        for (const skip2 of createDebug4.skips) {
          if (matchesTemplate(name, skip2)) {
            return false;
          }
        }
        for (const ns of createDebug4.names) {
          if (matchesTemplate(name, ns)) {
            return true;
          }
        }
        return false;
      }
      function coerce(val) {
        if (val instanceof Error) {
          return val.stack || val.message;
        }
        return val;
      }
      function destroy() {
        console.warn("Instance method `debug.destroy()` is deprecated and no longer does anything. It will be removed in the next major version of `debug`.");
      }
      createDebug4.enable(createDebug4.load());
      return createDebug4;
    }
    module2.exports = setup;
  }
});

// node_modules/debug/src/browser.js
var require_browser = __commonJS({
  "node_modules/debug/src/browser.js"(exports2, module2) {
    exports2.formatArgs = formatArgs;
    exports2.save = save;
    exports2.load = load;
    exports2.useColors = useColors;
    exports2.storage = localstorage();
    exports2.destroy = /* @__PURE__ */ (() => {
      let warned = false;
      return () => {
        if (!warned) {
          warned = true;
          console.warn("Instance method `debug.destroy()` is deprecated and no longer does anything. It will be removed in the next major version of `debug`.");
        }
      };
    })();
    exports2.colors = [
      "#0000CC",
      "#0000FF",
      "#0033CC",
      "#0033FF",
      "#0066CC",
      "#0066FF",
      "#0099CC",
      "#0099FF",
      "#00CC00",
      "#00CC33",
      "#00CC66",
      "#00CC99",
      "#00CCCC",
      "#00CCFF",
      "#3300CC",
      "#3300FF",
      "#3333CC",
      "#3333FF",
      "#3366CC",
      "#3366FF",
      "#3399CC",
      "#3399FF",
      "#33CC00",
      "#33CC33",
      "#33CC66",
      "#33CC99",
      "#33CCCC",
      "#33CCFF",
      "#6600CC",
      "#6600FF",
      "#6633CC",
      "#6633FF",
      "#66CC00",
      "#66CC33",
      "#9900CC",
      "#9900FF",
      "#9933CC",
      "#9933FF",
      "#99CC00",
      "#99CC33",
      "#CC0000",
      "#CC0033",
      "#CC0066",
      "#CC0099",
      "#CC00CC",
      "#CC00FF",
      "#CC3300",
      "#CC3333",
      "#CC3366",
      "#CC3399",
      "#CC33CC",
      "#CC33FF",
      "#CC6600",
      "#CC6633",
      "#CC9900",
      "#CC9933",
      "#CCCC00",
      "#CCCC33",
      "#FF0000",
      "#FF0033",
      "#FF0066",
      "#FF0099",
      "#FF00CC",
      "#FF00FF",
      "#FF3300",
      "#FF3333",
      "#FF3366",
      "#FF3399",
      "#FF33CC",
      "#FF33FF",
      "#FF6600",
      "#FF6633",
      "#FF9900",
      "#FF9933",
      "#FFCC00",
      "#FFCC33"
    ];
    function useColors() {
      if (typeof window !== "undefined" && window.process && (window.process.type === "renderer" || window.process.__nwjs)) {
        return true;
      }
      if (typeof navigator !== "undefined" && navigator.userAgent && navigator.userAgent.toLowerCase().match(/(edge|trident)\/(\d+)/)) {
        return false;
      }
      let m;
      return typeof document !== "undefined" && document.documentElement && document.documentElement.style && document.documentElement.style.WebkitAppearance || // Is firebug? http://stackoverflow.com/a/398120/376773
      typeof window !== "undefined" && window.console && (window.console.firebug || window.console.exception && window.console.table) || // Is firefox >= v31?
      // https://developer.mozilla.org/en-US/docs/Tools/Web_Console#Styling_messages
      typeof navigator !== "undefined" && navigator.userAgent && (m = navigator.userAgent.toLowerCase().match(/firefox\/(\d+)/)) && parseInt(m[1], 10) >= 31 || // Double check webkit in userAgent just in case we are in a worker
      typeof navigator !== "undefined" && navigator.userAgent && navigator.userAgent.toLowerCase().match(/applewebkit\/(\d+)/);
    }
    function formatArgs(args) {
      args[0] = (this.useColors ? "%c" : "") + this.namespace + (this.useColors ? " %c" : " ") + args[0] + (this.useColors ? "%c " : " ") + "+" + module2.exports.humanize(this.diff);
      if (!this.useColors) {
        return;
      }
      const c = "color: " + this.color;
      args.splice(1, 0, c, "color: inherit");
      let index2 = 0;
      let lastC = 0;
      args[0].replace(/%[a-zA-Z%]/g, (match) => {
        if (match === "%%") {
          return;
        }
        index2++;
        if (match === "%c") {
          lastC = index2;
        }
      });
      args.splice(lastC, 0, c);
    }
    exports2.log = console.debug || console.log || (() => {
    });
    function save(namespaces) {
      try {
        if (namespaces) {
          exports2.storage.setItem("debug", namespaces);
        } else {
          exports2.storage.removeItem("debug");
        }
      } catch (error2) {
      }
    }
    function load() {
      let r;
      try {
        r = exports2.storage.getItem("debug") || exports2.storage.getItem("DEBUG");
      } catch (error2) {
      }
      if (!r && typeof process !== "undefined" && "env" in process) {
        r = process.env.DEBUG;
      }
      return r;
    }
    function localstorage() {
      try {
        return localStorage;
      } catch (error2) {
      }
    }
    module2.exports = require_common()(exports2);
    var { formatters } = module2.exports;
    formatters.j = function(v) {
      try {
        return JSON.stringify(v);
      } catch (error2) {
        return "[UnexpectedJSONParseError]: " + error2.message;
      }
    };
  }
});

// node_modules/has-flag/index.js
var require_has_flag = __commonJS({
  "node_modules/has-flag/index.js"(exports2, module2) {
    "use strict";
    module2.exports = (flag2, argv = process.argv) => {
      const prefix = flag2.startsWith("-") ? "" : flag2.length === 1 ? "-" : "--";
      const position = argv.indexOf(prefix + flag2);
      const terminatorPosition = argv.indexOf("--");
      return position !== -1 && (terminatorPosition === -1 || position < terminatorPosition);
    };
  }
});

// node_modules/supports-color/index.js
var require_supports_color = __commonJS({
  "node_modules/supports-color/index.js"(exports2, module2) {
    "use strict";
    var os6 = require("os");
    var tty = require("tty");
    var hasFlag = require_has_flag();
    var { env } = process;
    var forceColor;
    if (hasFlag("no-color") || hasFlag("no-colors") || hasFlag("color=false") || hasFlag("color=never")) {
      forceColor = 0;
    } else if (hasFlag("color") || hasFlag("colors") || hasFlag("color=true") || hasFlag("color=always")) {
      forceColor = 1;
    }
    if ("FORCE_COLOR" in env) {
      if (env.FORCE_COLOR === "true") {
        forceColor = 1;
      } else if (env.FORCE_COLOR === "false") {
        forceColor = 0;
      } else {
        forceColor = env.FORCE_COLOR.length === 0 ? 1 : Math.min(parseInt(env.FORCE_COLOR, 10), 3);
      }
    }
    function translateLevel(level) {
      if (level === 0) {
        return false;
      }
      return {
        level,
        hasBasic: true,
        has256: level >= 2,
        has16m: level >= 3
      };
    }
    function supportsColor(haveStream, streamIsTTY) {
      if (forceColor === 0) {
        return 0;
      }
      if (hasFlag("color=16m") || hasFlag("color=full") || hasFlag("color=truecolor")) {
        return 3;
      }
      if (hasFlag("color=256")) {
        return 2;
      }
      if (haveStream && !streamIsTTY && forceColor === void 0) {
        return 0;
      }
      const min = forceColor || 0;
      if (env.TERM === "dumb") {
        return min;
      }
      if (process.platform === "win32") {
        const osRelease = os6.release().split(".");
        if (Number(osRelease[0]) >= 10 && Number(osRelease[2]) >= 10586) {
          return Number(osRelease[2]) >= 14931 ? 3 : 2;
        }
        return 1;
      }
      if ("CI" in env) {
        if (["TRAVIS", "CIRCLECI", "APPVEYOR", "GITLAB_CI", "GITHUB_ACTIONS", "BUILDKITE"].some((sign) => sign in env) || env.CI_NAME === "codeship") {
          return 1;
        }
        return min;
      }
      if ("TEAMCITY_VERSION" in env) {
        return /^(9\.(0*[1-9]\d*)\.|\d{2,}\.)/.test(env.TEAMCITY_VERSION) ? 1 : 0;
      }
      if (env.COLORTERM === "truecolor") {
        return 3;
      }
      if ("TERM_PROGRAM" in env) {
        const version = parseInt((env.TERM_PROGRAM_VERSION || "").split(".")[0], 10);
        switch (env.TERM_PROGRAM) {
          case "iTerm.app":
            return version >= 3 ? 3 : 2;
          case "Apple_Terminal":
            return 2;
        }
      }
      if (/-256(color)?$/i.test(env.TERM)) {
        return 2;
      }
      if (/^screen|^xterm|^vt100|^vt220|^rxvt|color|ansi|cygwin|linux/i.test(env.TERM)) {
        return 1;
      }
      if ("COLORTERM" in env) {
        return 1;
      }
      return min;
    }
    function getSupportLevel(stream) {
      const level = supportsColor(stream, stream && stream.isTTY);
      return translateLevel(level);
    }
    module2.exports = {
      supportsColor: getSupportLevel,
      stdout: translateLevel(supportsColor(true, tty.isatty(1))),
      stderr: translateLevel(supportsColor(true, tty.isatty(2)))
    };
  }
});

// node_modules/debug/src/node.js
var require_node = __commonJS({
  "node_modules/debug/src/node.js"(exports2, module2) {
    var tty = require("tty");
    var util = require("util");
    exports2.init = init;
    exports2.log = log;
    exports2.formatArgs = formatArgs;
    exports2.save = save;
    exports2.load = load;
    exports2.useColors = useColors;
    exports2.destroy = util.deprecate(
      () => {
      },
      "Instance method `debug.destroy()` is deprecated and no longer does anything. It will be removed in the next major version of `debug`."
    );
    exports2.colors = [6, 2, 3, 4, 5, 1];
    try {
      const supportsColor = require_supports_color();
      if (supportsColor && (supportsColor.stderr || supportsColor).level >= 2) {
        exports2.colors = [
          20,
          21,
          26,
          27,
          32,
          33,
          38,
          39,
          40,
          41,
          42,
          43,
          44,
          45,
          56,
          57,
          62,
          63,
          68,
          69,
          74,
          75,
          76,
          77,
          78,
          79,
          80,
          81,
          92,
          93,
          98,
          99,
          112,
          113,
          128,
          129,
          134,
          135,
          148,
          149,
          160,
          161,
          162,
          163,
          164,
          165,
          166,
          167,
          168,
          169,
          170,
          171,
          172,
          173,
          178,
          179,
          184,
          185,
          196,
          197,
          198,
          199,
          200,
          201,
          202,
          203,
          204,
          205,
          206,
          207,
          208,
          209,
          214,
          215,
          220,
          221
        ];
      }
    } catch (error2) {
    }
    exports2.inspectOpts = Object.keys(process.env).filter((key) => {
      return /^debug_/i.test(key);
    }).reduce((obj, key) => {
      const prop = key.substring(6).toLowerCase().replace(/_([a-z])/g, (_, k) => {
        return k.toUpperCase();
      });
      let val = process.env[key];
      if (/^(yes|on|true|enabled)$/i.test(val)) {
        val = true;
      } else if (/^(no|off|false|disabled)$/i.test(val)) {
        val = false;
      } else if (val === "null") {
        val = null;
      } else {
        val = Number(val);
      }
      obj[prop] = val;
      return obj;
    }, {});
    function useColors() {
      return "colors" in exports2.inspectOpts ? Boolean(exports2.inspectOpts.colors) : tty.isatty(process.stderr.fd);
    }
    function formatArgs(args) {
      const { namespace: name, useColors: useColors2 } = this;
      if (useColors2) {
        const c = this.color;
        const colorCode = "\x1B[3" + (c < 8 ? c : "8;5;" + c);
        const prefix = `  ${colorCode};1m${name} \x1B[0m`;
        args[0] = prefix + args[0].split("\n").join("\n" + prefix);
        args.push(colorCode + "m+" + module2.exports.humanize(this.diff) + "\x1B[0m");
      } else {
        args[0] = getDate() + name + " " + args[0];
      }
    }
    function getDate() {
      if (exports2.inspectOpts.hideDate) {
        return "";
      }
      return (/* @__PURE__ */ new Date()).toISOString() + " ";
    }
    function log(...args) {
      return process.stderr.write(util.formatWithOptions(exports2.inspectOpts, ...args) + "\n");
    }
    function save(namespaces) {
      if (namespaces) {
        process.env.DEBUG = namespaces;
      } else {
        delete process.env.DEBUG;
      }
    }
    function load() {
      return process.env.DEBUG;
    }
    function init(debug5) {
      debug5.inspectOpts = {};
      const keys = Object.keys(exports2.inspectOpts);
      for (let i = 0; i < keys.length; i++) {
        debug5.inspectOpts[keys[i]] = exports2.inspectOpts[keys[i]];
      }
    }
    module2.exports = require_common()(exports2);
    var { formatters } = module2.exports;
    formatters.o = function(v) {
      this.inspectOpts.colors = this.useColors;
      return util.inspect(v, this.inspectOpts).split("\n").map((str) => str.trim()).join(" ");
    };
    formatters.O = function(v) {
      this.inspectOpts.colors = this.useColors;
      return util.inspect(v, this.inspectOpts);
    };
  }
});

// node_modules/debug/src/index.js
var require_src = __commonJS({
  "node_modules/debug/src/index.js"(exports2, module2) {
    if (typeof process === "undefined" || process.type === "renderer" || process.browser === true || process.__nwjs) {
      module2.exports = require_browser();
    } else {
      module2.exports = require_node();
    }
  }
});

// node_modules/agent-base/dist/helpers.js
var init_helpers = __esm({
  "node_modules/agent-base/dist/helpers.js"() {
  }
});

// node_modules/agent-base/dist/index.js
var net, http, import_https, INTERNAL, Agent2;
var init_dist2 = __esm({
  "node_modules/agent-base/dist/index.js"() {
    net = __toESM(require("net"), 1);
    http = __toESM(require("http"), 1);
    import_https = require("https");
    init_helpers();
    INTERNAL = /* @__PURE__ */ Symbol("AgentBaseInternalState");
    Agent2 = class extends http.Agent {
      constructor(opts) {
        super(opts);
        this[INTERNAL] = {};
      }
      /**
       * Determine whether this is an `http` or `https` request.
       */
      isSecureEndpoint(options) {
        if (options) {
          if (typeof options.secureEndpoint === "boolean") {
            return options.secureEndpoint;
          }
          if (typeof options.protocol === "string") {
            return options.protocol === "https:";
          }
        }
        const { stack } = new Error();
        if (typeof stack !== "string")
          return false;
        return stack.split("\n").some((l) => l.indexOf("(https.js:") !== -1 || l.indexOf("node:https:") !== -1);
      }
      // In order to support async signatures in `connect()` and Node's native
      // connection pooling in `http.Agent`, the array of sockets for each origin
      // has to be updated synchronously. This is so the length of the array is
      // accurate when `addRequest()` is next called. We achieve this by creating a
      // fake socket and adding it to `sockets[origin]` and incrementing
      // `totalSocketCount`.
      incrementSockets(name) {
        if (this.maxSockets === Infinity && this.maxTotalSockets === Infinity) {
          return null;
        }
        if (!this.sockets[name]) {
          this.sockets[name] = [];
        }
        const fakeSocket = new net.Socket({ writable: false });
        this.sockets[name].push(fakeSocket);
        this.totalSocketCount++;
        return fakeSocket;
      }
      decrementSockets(name, socket) {
        if (!this.sockets[name] || socket === null) {
          return;
        }
        const sockets = this.sockets[name];
        const index2 = sockets.indexOf(socket);
        if (index2 !== -1) {
          sockets.splice(index2, 1);
          this.totalSocketCount--;
          if (sockets.length === 0) {
            delete this.sockets[name];
          }
        }
      }
      // In order to properly update the socket pool, we need to call `getName()` on
      // the core `https.Agent` if it is a secureEndpoint.
      getName(options) {
        const secureEndpoint = this.isSecureEndpoint(options);
        if (secureEndpoint) {
          return import_https.Agent.prototype.getName.call(this, options);
        }
        return super.getName(options);
      }
      createSocket(req, options, cb) {
        const connectOpts = {
          ...options,
          secureEndpoint: this.isSecureEndpoint(options)
        };
        const name = this.getName(connectOpts);
        const fakeSocket = this.incrementSockets(name);
        Promise.resolve().then(() => this.connect(req, connectOpts)).then((socket) => {
          this.decrementSockets(name, fakeSocket);
          if (typeof socket.addRequest === "function") {
            try {
              return socket.addRequest(req, connectOpts);
            } catch (err) {
              return cb(err);
            }
          }
          this[INTERNAL].currentSocket = socket;
          super.createSocket(req, options, cb);
        }, (err) => {
          this.decrementSockets(name, fakeSocket);
          cb(err);
        });
      }
      createConnection() {
        const socket = this[INTERNAL].currentSocket;
        this[INTERNAL].currentSocket = void 0;
        if (!socket) {
          throw new Error("No socket was returned in the `connect()` function");
        }
        return socket;
      }
      get defaultPort() {
        return this[INTERNAL].defaultPort ?? (this.protocol === "https:" ? 443 : 80);
      }
      set defaultPort(v) {
        if (this[INTERNAL]) {
          this[INTERNAL].defaultPort = v;
        }
      }
      get protocol() {
        return this[INTERNAL].protocol ?? (this.isSecureEndpoint() ? "https:" : "http:");
      }
      set protocol(v) {
        if (this[INTERNAL]) {
          this[INTERNAL].protocol = v;
        }
      }
    };
  }
});

// node_modules/https-proxy-agent/dist/parse-proxy-response.js
function parseProxyResponse(socket) {
  return new Promise((resolve6, reject) => {
    let buffersLength = 0;
    const buffers = [];
    function read3() {
      const b = socket.read();
      if (b)
        ondata(b);
      else
        socket.once("readable", read3);
    }
    function cleanup() {
      socket.removeListener("end", onend);
      socket.removeListener("error", onerror);
      socket.removeListener("readable", read3);
    }
    function onend() {
      cleanup();
      debug("onend");
      reject(new Error("Proxy connection ended before receiving CONNECT response"));
    }
    function onerror(err) {
      cleanup();
      debug("onerror %o", err);
      reject(err);
    }
    function ondata(b) {
      buffers.push(b);
      buffersLength += b.length;
      const buffered = Buffer.concat(buffers, buffersLength);
      const endOfHeaders = buffered.indexOf("\r\n\r\n");
      if (endOfHeaders === -1) {
        debug("have not received end of HTTP headers yet...");
        read3();
        return;
      }
      const headerParts = buffered.slice(0, endOfHeaders).toString("ascii").split("\r\n");
      const firstLine = headerParts.shift();
      if (!firstLine) {
        socket.destroy();
        return reject(new Error("No header received from proxy CONNECT response"));
      }
      const firstLineParts = firstLine.split(" ");
      const statusCode = +firstLineParts[1];
      const statusText = firstLineParts.slice(2).join(" ");
      const headers = {};
      for (const header2 of headerParts) {
        if (!header2)
          continue;
        const firstColon = header2.indexOf(":");
        if (firstColon === -1) {
          socket.destroy();
          return reject(new Error(`Invalid header from proxy CONNECT response: "${header2}"`));
        }
        const key = header2.slice(0, firstColon).toLowerCase();
        const value = header2.slice(firstColon + 1).trimStart();
        const current = headers[key];
        if (typeof current === "string") {
          headers[key] = [current, value];
        } else if (Array.isArray(current)) {
          current.push(value);
        } else {
          headers[key] = value;
        }
      }
      debug("got proxy server response: %o %o", firstLine, headers);
      cleanup();
      resolve6({
        connect: {
          statusCode,
          statusText,
          headers
        },
        buffered
      });
    }
    socket.on("error", onerror);
    socket.on("end", onend);
    read3();
  });
}
var import_debug, debug;
var init_parse_proxy_response = __esm({
  "node_modules/https-proxy-agent/dist/parse-proxy-response.js"() {
    import_debug = __toESM(require_src(), 1);
    debug = (0, import_debug.default)("https-proxy-agent:parse-proxy-response");
  }
});

// node_modules/proxy-agent-negotiate/dist/index.js
function createNegotiateAuth() {
  return async ({ response, scheme }) => {
    if (scheme.toLowerCase() !== "negotiate") {
      throw new Error(`Expected Negotiate scheme but got "${scheme}"`);
    }
    let kerberos;
    try {
      kerberos = await import("kerberos");
    } catch {
      throw new Error('The "kerberos" package is required for Negotiate proxy authentication. Install it with: npm install kerberos');
    }
    const proxyAuthenticate = response.headers["proxy-authenticate"] || "";
    const challengeHeader = Array.isArray(proxyAuthenticate) ? proxyAuthenticate[0] : proxyAuthenticate;
    const serverToken = typeof challengeHeader === "string" && challengeHeader.includes(" ") ? challengeHeader.split(" ").slice(1).join(" ") : void 0;
    const client = await kerberos.initializeClient("HTTP@proxy", {
      mechOID: kerberos.GSS_MECH_OID_SPNEGO
    });
    const token = await client.step(serverToken || "");
    if (!token) {
      throw new Error("Kerberos client.step() returned no token");
    }
    return {
      headers: {
        "Proxy-Authorization": `Negotiate ${token}`
      }
    };
  };
}
var init_dist3 = __esm({
  "node_modules/proxy-agent-negotiate/dist/index.js"() {
  }
});

// node_modules/https-proxy-agent/dist/index.js
var dist_exports2 = {};
__export(dist_exports2, {
  HttpsProxyAgent: () => HttpsProxyAgent
});
function resume(socket) {
  setImmediate(() => {
    socket.resume();
  });
}
function omit(obj, ...keys) {
  const ret = {};
  let key;
  for (key in obj) {
    if (!keys.includes(key)) {
      ret[key] = obj[key];
    }
  }
  return ret;
}
var net2, tls, import_assert, import_debug2, import_url, debug2, setServernameFromNonIpHost, HttpsProxyAgent;
var init_dist4 = __esm({
  "node_modules/https-proxy-agent/dist/index.js"() {
    net2 = __toESM(require("net"), 1);
    tls = __toESM(require("tls"), 1);
    import_assert = __toESM(require("assert"), 1);
    import_debug2 = __toESM(require_src(), 1);
    init_dist2();
    import_url = require("url");
    init_parse_proxy_response();
    init_dist3();
    debug2 = (0, import_debug2.default)("https-proxy-agent");
    setServernameFromNonIpHost = (options) => {
      if (options.servername === void 0 && options.host && !net2.isIP(options.host)) {
        return {
          ...options,
          servername: options.host
        };
      }
      return options;
    };
    HttpsProxyAgent = class extends Agent2 {
      constructor(proxy, opts) {
        super(opts);
        this.options = { path: void 0 };
        this.proxy = typeof proxy === "string" ? new import_url.URL(proxy) : proxy;
        this.proxyHeaders = opts?.headers ?? {};
        debug2("Creating new HttpsProxyAgent instance: %o", this.proxy.href);
        if (opts?.negotiate) {
          this.onProxyAuth = createNegotiateAuth();
        } else if (opts?.onProxyAuth) {
          this.onProxyAuth = opts.onProxyAuth;
        }
        const host = (this.proxy.hostname || this.proxy.host).replace(/^\[|\]$/g, "");
        const port = this.proxy.port ? parseInt(this.proxy.port, 10) : this.proxy.protocol === "https:" ? 443 : 80;
        this.connectOpts = {
          // Attempt to negotiate http/1.1 for proxy servers that support http/2
          ALPNProtocols: ["http/1.1"],
          ...opts ? omit(opts, "headers", "onProxyAuth", "negotiate") : null,
          host,
          port
        };
      }
      /**
       * Called when the node-core HTTP client library is creating a
       * new HTTP request.
       */
      async connect(req, opts) {
        const { proxy } = this;
        if (!opts.host) {
          throw new TypeError('No "host" provided');
        }
        let socket;
        if (proxy.protocol === "https:") {
          debug2("Creating `tls.Socket`: %o", this.connectOpts);
          socket = tls.connect(setServernameFromNonIpHost(this.connectOpts));
        } else {
          debug2("Creating `net.Socket`: %o", this.connectOpts);
          socket = net2.connect(this.connectOpts);
        }
        const headers = typeof this.proxyHeaders === "function" ? this.proxyHeaders() : { ...this.proxyHeaders };
        const host = net2.isIPv6(opts.host) ? `[${opts.host}]` : opts.host;
        let payload = `CONNECT ${host}:${opts.port} HTTP/1.1\r
`;
        if (proxy.username || proxy.password) {
          const auth = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
          headers["Proxy-Authorization"] = `Basic ${Buffer.from(auth).toString("base64")}`;
        }
        headers.Host = `${host}:${opts.port}`;
        if (!headers["Proxy-Connection"]) {
          headers["Proxy-Connection"] = this.keepAlive ? "Keep-Alive" : "close";
        }
        for (const name of Object.keys(headers)) {
          payload += `${name}: ${headers[name]}\r
`;
        }
        const proxyResponsePromise = parseProxyResponse(socket);
        socket.write(`${payload}\r
`);
        const { connect: connect5, buffered } = await proxyResponsePromise;
        req.emit("proxyConnect", connect5);
        this.emit("proxyConnect", connect5, req);
        req.emit("proxy", { proxy: this.proxy.href, socket });
        if (connect5.statusCode === 200) {
          req.once("socket", resume);
          if (opts.secureEndpoint) {
            debug2("Upgrading socket connection to TLS");
            return tls.connect({
              ...omit(setServernameFromNonIpHost(opts), "host", "path", "port"),
              socket
            });
          }
          return socket;
        }
        if (connect5.statusCode === 407 && this.onProxyAuth) {
          debug2("Got 407 response, invoking onProxyAuth callback");
          socket.destroy();
          const proxyAuthenticate = connect5.headers["proxy-authenticate"] || "";
          const scheme = Array.isArray(proxyAuthenticate) ? proxyAuthenticate[0].split(/\s/)[0] : proxyAuthenticate.split(/\s/)[0];
          const authResponse = await this.onProxyAuth({
            response: connect5,
            scheme
          });
          return this._connectWithAuth(req, opts, authResponse.headers);
        }
        socket.destroy();
        const fakeSocket = new net2.Socket({ writable: false });
        fakeSocket.readable = true;
        req.once("socket", (s) => {
          debug2("Replaying proxy buffer for failed request");
          (0, import_assert.default)(s.listenerCount("data") > 0);
          s.push(buffered);
          s.push(null);
        });
        return fakeSocket;
      }
      /**
       * Retry a CONNECT request with additional auth headers.
       */
      async _connectWithAuth(req, opts, authHeaders) {
        const { proxy } = this;
        let socket;
        if (proxy.protocol === "https:") {
          socket = tls.connect(setServernameFromNonIpHost(this.connectOpts));
        } else {
          socket = net2.connect(this.connectOpts);
        }
        const headers = typeof this.proxyHeaders === "function" ? this.proxyHeaders() : { ...this.proxyHeaders };
        const host = net2.isIPv6(opts.host) ? `[${opts.host}]` : opts.host;
        let payload = `CONNECT ${host}:${opts.port} HTTP/1.1\r
`;
        if (proxy.username || proxy.password) {
          const auth = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
          headers["Proxy-Authorization"] = `Basic ${Buffer.from(auth).toString("base64")}`;
        }
        Object.assign(headers, authHeaders);
        headers.Host = `${host}:${opts.port}`;
        if (!headers["Proxy-Connection"]) {
          headers["Proxy-Connection"] = this.keepAlive ? "Keep-Alive" : "close";
        }
        for (const name of Object.keys(headers)) {
          payload += `${name}: ${headers[name]}\r
`;
        }
        const proxyResponsePromise = parseProxyResponse(socket);
        socket.write(`${payload}\r
`);
        const { connect: connect5 } = await proxyResponsePromise;
        req.emit("proxyConnect", connect5);
        this.emit("proxyConnect", connect5, req);
        if (connect5.statusCode === 200) {
          req.once("socket", resume);
          if (opts.secureEndpoint) {
            debug2("Upgrading socket connection to TLS");
            return tls.connect({
              ...omit(setServernameFromNonIpHost(opts), "host", "path", "port"),
              socket
            });
          }
          return socket;
        }
        socket.destroy();
        throw new Error(`Proxy authentication failed with status ${connect5.statusCode} after retry`);
      }
    };
    HttpsProxyAgent.protocols = ["http", "https"];
  }
});

// node_modules/http-proxy-agent/dist/index.js
var dist_exports3 = {};
__export(dist_exports3, {
  HttpProxyAgent: () => HttpProxyAgent
});
function omit2(obj, ...keys) {
  const ret = {};
  let key;
  for (key in obj) {
    if (!keys.includes(key)) {
      ret[key] = obj[key];
    }
  }
  return ret;
}
var net3, tls2, import_debug3, import_events, import_url2, debug3, HttpProxyAgent;
var init_dist5 = __esm({
  "node_modules/http-proxy-agent/dist/index.js"() {
    net3 = __toESM(require("net"), 1);
    tls2 = __toESM(require("tls"), 1);
    import_debug3 = __toESM(require_src(), 1);
    import_events = require("events");
    init_dist2();
    import_url2 = require("url");
    init_dist3();
    debug3 = (0, import_debug3.default)("http-proxy-agent");
    HttpProxyAgent = class extends Agent2 {
      constructor(proxy, opts) {
        super(opts);
        this.proxy = typeof proxy === "string" ? new import_url2.URL(proxy) : proxy;
        this.proxyHeaders = opts?.headers ?? {};
        debug3("Creating new HttpProxyAgent instance: %o", this.proxy.href);
        if (opts?.negotiate) {
          this.onProxyAuth = createNegotiateAuth();
        } else if (opts?.onProxyAuth) {
          this.onProxyAuth = opts.onProxyAuth;
        }
        const host = (this.proxy.hostname || this.proxy.host).replace(/^\[|\]$/g, "");
        const port = this.proxy.port ? parseInt(this.proxy.port, 10) : this.proxy.protocol === "https:" ? 443 : 80;
        this.connectOpts = {
          ...opts ? omit2(opts, "headers", "onProxyAuth", "negotiate") : null,
          host,
          port
        };
      }
      addRequest(req, opts) {
        req._header = null;
        this.setRequestProps(req, opts);
        super.addRequest(req, opts);
      }
      setRequestProps(req, opts) {
        const { proxy } = this;
        const protocol = opts.secureEndpoint ? "https:" : "http:";
        const hostname = req.getHeader("host") || "localhost";
        const base = `${protocol}//${hostname}`;
        const url = new import_url2.URL(req.path, base);
        if (opts.port !== 80) {
          url.port = String(opts.port);
        }
        req.path = String(url);
        const headers = typeof this.proxyHeaders === "function" ? this.proxyHeaders() : { ...this.proxyHeaders };
        if (proxy.username || proxy.password) {
          const auth = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
          headers["Proxy-Authorization"] = `Basic ${Buffer.from(auth).toString("base64")}`;
        }
        if (!headers["Proxy-Connection"]) {
          headers["Proxy-Connection"] = this.keepAlive ? "Keep-Alive" : "close";
        }
        for (const name of Object.keys(headers)) {
          const value = headers[name];
          if (value) {
            req.setHeader(name, value);
          }
        }
      }
      async connect(req, opts) {
        req._header = null;
        if (!req.path.includes("://")) {
          this.setRequestProps(req, opts);
        }
        let first2;
        let endOfHeaders;
        debug3("Regenerating stored HTTP header string for request");
        req._implicitHeader();
        if (req.outputData && req.outputData.length > 0) {
          debug3("Patching connection write() output buffer with updated header");
          first2 = req.outputData[0].data;
          endOfHeaders = first2.indexOf("\r\n\r\n") + 4;
          req.outputData[0].data = req._header + first2.substring(endOfHeaders);
          debug3("Output buffer: %o", req.outputData[0].data);
        }
        let socket;
        if (this.proxy.protocol === "https:") {
          debug3("Creating `tls.Socket`: %o", this.connectOpts);
          socket = tls2.connect(this.connectOpts);
        } else {
          debug3("Creating `net.Socket`: %o", this.connectOpts);
          socket = net3.connect(this.connectOpts);
        }
        await (0, import_events.once)(socket, "connect");
        const connect5 = { socket };
        req.emit("proxyConnect", connect5);
        this.emit("proxyConnect", connect5, req);
        req.emit("proxy", { proxy: this.proxy.href, socket });
        return socket;
      }
    };
    HttpProxyAgent.protocols = ["http", "https"];
  }
});

// src/registry/http/agents.ts
function createAgents(options) {
  const plain = new import_node_http.default.Agent({ keepAlive: true, timeout: IDLE_MS });
  const trust = options.ca === void 0 ? {} : { ca: [...import_node_tls.default.rootCertificates, options.ca] };
  const secure = new import_node_https.default.Agent({ keepAlive: true, timeout: IDLE_MS, ...trust });
  const proxies = /* @__PURE__ */ new Map();
  const all = [plain, secure];
  const through = (proxy, toTls) => {
    const key = `${proxy} ${toTls}`;
    let agent = proxies.get(key);
    if (!agent) {
      agent = loadProxyAgent(proxy, toTls, trust).then((loaded) => {
        all.push(loaded);
        return loaded;
      });
      proxies.set(key, agent);
    }
    return agent;
  };
  return {
    of(target) {
      const proxy = proxyFor(target, options.env, isLoopback);
      if (proxy === null) return target.secure ? secure : plain;
      return through(proxy, target.secure);
    },
    viaPlainProxy: (target) => !target.secure && proxyFor(target, options.env, isLoopback) !== null,
    purge() {
      for (const agent of all) {
        for (const sockets of Object.values(agent.freeSockets)) {
          for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
    close() {
      for (const agent of all) agent.destroy();
    }
  };
}
async function loadProxyAgent(proxy, toTls, trust) {
  const url = proxyUrl(proxy);
  const settings = { keepAlive: true, timeout: IDLE_MS, ...trust };
  if (toTls) {
    const { HttpsProxyAgent: HttpsProxyAgent2 } = await Promise.resolve().then(() => (init_dist4(), dist_exports2));
    return new HttpsProxyAgent2(url, settings);
  }
  const { HttpProxyAgent: HttpProxyAgent2 } = await Promise.resolve().then(() => (init_dist5(), dist_exports3));
  return new HttpProxyAgent2(url, settings);
}
function proxyUrl(proxy) {
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new OperationError(
    "unavailable",
    'the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not an http or https URL; write it as "http://host:port"'
  );
}
var import_node_http, import_node_https, import_node_tls, IDLE_MS;
var init_agents = __esm({
  "src/registry/http/agents.ts"() {
    "use strict";
    import_node_http = __toESM(require("node:http"), 1);
    import_node_https = __toESM(require("node:https"), 1);
    import_node_tls = __toESM(require("node:tls"), 1);
    init_errors();
    init_hosts();
    init_proxy();
    IDLE_MS = 15e3;
  }
});

// src/registry/http/fault.ts
function faultOf(error2, progress) {
  const code2 = codeOf(error2);
  if (TLS_CODE.test(code2)) return new WireFault("tls", tlsMessage(code2, error2), { cause: error2 });
  if (code2 === "ENOTFOUND") return new WireFault("name", "the host name does not exist", { cause: error2 });
  if (code2.startsWith("HPE_")) {
    return new WireFault("garbled", `the answer is not HTTP (${code2})`, { cause: error2 });
  }
  if (!progress.connected) {
    return new WireFault("connect", `no connection (${code2 || error2.message})`, { cause: error2 });
  }
  return new WireFault("reset", `the connection was reset (${code2 || error2.message})`, {
    cause: error2,
    stale: progress.reused
  });
}
function codeOf(error2) {
  const code2 = error2.code;
  return typeof code2 === "string" ? code2 : "";
}
function tlsMessage(code2, error2) {
  switch (code2) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
      return `the certificate is self-signed (${code2}); ${TRUST}`;
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `the certificate is from an authority that is not known here (${code2}); ${TRUST}`;
    case "CERT_HAS_EXPIRED":
      return `the certificate has expired (${code2}); it has to be renewed on the registry, or this machine's clock put right`;
    case "CERT_NOT_YET_VALID":
      return `the certificate is not valid yet (${code2}); put this machine's clock right`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the certificate is for another host (${code2}); use the host name that the certificate is for, or have it issued for this one`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return `the other side does not speak TLS as expected (${code2}); list the host in insecure-registries if plain http is meant`;
    default:
      return `TLS failed (${code2 || error2.message}); ${TRUST}`;
  }
}
var WireFault, TLS_CODE, TRUST;
var init_fault = __esm({
  "src/registry/http/fault.ts"() {
    "use strict";
    WireFault = class extends Error {
      name = "WireFault";
      kind;
      /** a kept-alive connection that the other side closed while it was idle, most likely */
      stale;
      constructor(kind, message, options = {}) {
        super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
        this.kind = kind;
        this.stale = options.stale ?? false;
      }
    };
    TLS_CODE = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO)/;
    TRUST = "make its certificate authority known with NODE_EXTRA_CA_CERTS=/path/to/ca.pem";
  }
});

// src/registry/http/body.ts
function checkFraming(incoming, maxBytes, addressed) {
  const { headers } = incoming;
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new WireFault(
      "encoded",
      `the body is compressed (${encoding.slice(0, 40)}) although nobody asked for it`
    );
  }
  const length = headers["content-length"];
  if (length !== void 0 && Number(length) > maxBytes) {
    throw new WireFault("too-large", `the body has ${length} bytes; at most ${maxBytes} are read`);
  }
  if (length === void 0 && headers["transfer-encoding"] === void 0 && !addressed) {
    throw new WireFault("cut", "the body has neither a length nor chunks, so a cut would not be seen");
  }
}
async function* chunksOf(incoming, limits) {
  let waiting = true;
  const timer = setTimeout(() => {
    if (waiting) incoming.destroy(new WireFault("timeout", `the body stopped for ${limits.idleMs / 1e3} s`));
  }, limits.idleMs);
  const unwatch = limits.cancellation.watch((reason) => incoming.destroy(reason));
  let total = 0;
  try {
    for await (const chunk of incoming) {
      total += chunk.length;
      limits.onBytes(chunk.length);
      if (total > limits.maxBytes) {
        throw new WireFault("too-large", `the body has more than ${limits.maxBytes} bytes`);
      }
      waiting = false;
      yield chunk;
      waiting = true;
      timer.refresh();
    }
    if (!incoming.complete) throw new WireFault("cut", "the body was cut short");
  } catch (error2) {
    throw cutUnlessKnown(error2);
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}
function cutUnlessKnown(error2) {
  if (error2 instanceof WireFault || error2 instanceof OperationError) return error2;
  const { code: code2 } = error2;
  return code2?.startsWith("HPE_") ? new WireFault("garbled", `the body is not HTTP (${code2})`, { cause: error2 }) : new WireFault("cut", `the body was cut short (${code2 ?? messageOf(error2)})`, { cause: error2 });
}
async function readBody(incoming, limits) {
  const parts = [];
  for await (const chunk of chunksOf(incoming, limits)) parts.push(chunk);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}
async function readStart(incoming, limits) {
  const parts = [];
  if ((incoming.headers["content-encoding"] ?? "identity") !== "identity") {
    incoming.destroy();
    return Buffer.alloc(0);
  }
  let total = 0;
  try {
    for await (const chunk of chunksOf(incoming, { ...limits, maxBytes: Infinity })) {
      parts.push(chunk);
      if ((total += chunk.length) >= limits.maxBytes) break;
    }
  } catch (error2) {
    if (!(error2 instanceof WireFault)) throw error2;
  }
  return Buffer.concat(parts).subarray(0, limits.maxBytes);
}
function finish(incoming) {
  return new Promise((resolve6) => {
    incoming.once("end", resolve6);
    incoming.once("close", resolve6);
    incoming.resume();
  });
}
function streamOf(incoming, limits, translate) {
  const translated = async function* () {
    try {
      yield* chunksOf(incoming, limits);
    } catch (error2) {
      throw translate(error2);
    }
  };
  const stream = import_node_stream.Readable.from(translated(), { objectMode: false, highWaterMark: 256 * 1024 });
  stream.once("close", () => {
    if (!incoming.complete) incoming.destroy();
  });
  return stream;
}
var import_node_stream;
var init_body = __esm({
  "src/registry/http/body.ts"() {
    "use strict";
    import_node_stream = require("node:stream");
    init_errors();
    init_fault();
  }
});

// src/registry/http/limiter.ts
function createLimiter(most) {
  let allowed = most;
  let active = 0;
  let epoch = 0;
  let stopped = null;
  let waiting = [];
  let head = 0;
  const admit = () => {
    while (head < waiting.length && active < Math.floor(allowed)) {
      active++;
      waiting[head++]?.go();
    }
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
  };
  return {
    acquire() {
      if (stopped) return Promise.reject(stopped);
      if (active < Math.floor(allowed) && head === waiting.length) {
        active++;
        return void 0;
      }
      return new Promise((go, refuse2) => waiting.push({ go, refuse: refuse2 }));
    },
    release() {
      active--;
      admit();
    },
    slowDown(startedAt) {
      if (startedAt !== epoch) return;
      epoch++;
      allowed = Math.max(1, Math.floor(allowed / 2));
    },
    speedUp() {
      if (allowed >= most) return;
      allowed = Math.min(most, allowed + 1 / Math.floor(allowed));
      admit();
    },
    epoch: () => epoch,
    limit: () => Math.floor(allowed),
    stop(reason) {
      stopped = reason;
      const refused2 = waiting.slice(head);
      waiting = [];
      head = 0;
      for (const { refuse: refuse2 } of refused2) refuse2(reason);
    }
  };
}
var init_limiter = __esm({
  "src/registry/http/limiter.ts"() {
    "use strict";
  }
});

// src/registry/http/retry.ts
function judge(outcome, circumstances) {
  if (!mayRepeat(outcome, circumstances.repeatable)) return { again: false };
  const asked = "status" in outcome ? secondsOf(outcome.retryAfter, circumstances.now) : null;
  if (asked !== null && asked > MAX_RETRY_AFTER_S) return { again: false, asked };
  if (circumstances.tries >= circumstances.maxTries) return { again: false };
  if ("fault" in outcome && outcome.stale) return { again: true, delayMs: 0, askedMs: 0 };
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** (circumstances.tries - 1));
  const askedMs = (asked ?? 0) * 1e3;
  return { again: true, delayMs: Math.ceil(askedMs + circumstances.random * ceiling), askedMs };
}
function mayRepeat(outcome, repeatable) {
  if ("fault" in outcome) {
    if (outcome.fault === "connect") return true;
    return repeatable && ["reset", "timeout", "garbled", "cut"].includes(outcome.fault);
  }
  const { status } = outcome;
  return status === 429 || repeatable && isTransient(status);
}
function isTransient(status) {
  return status === 408 || status === 429 || status >= 500 && status !== 501 && status !== 505;
}
function secondsOf(header2, now) {
  const text4 = header2?.trim() ?? "";
  if (/^\d{1,9}$/.test(text4)) return Number(text4);
  if (!/^[A-Z][a-z]{2},? [\w :+-]{10,40}$/.test(text4)) return null;
  const at2 = Date.parse(text4);
  return Number.isNaN(at2) ? null : Math.max(0, Math.ceil((at2 - now) / 1e3));
}
var MAX_TRIES, BASE_MS, CAP_MS, MAX_RETRY_AFTER_S;
var init_retry = __esm({
  "src/registry/http/retry.ts"() {
    "use strict";
    MAX_TRIES = 5;
    BASE_MS = 500;
    CAP_MS = 1e4;
    MAX_RETRY_AFTER_S = 60;
  }
});

// src/registry/http/peer.ts
function createPeer(concurrency) {
  let everAnswered = false;
  let givenUp = false;
  return {
    limiter: createLimiter(concurrency),
    answered: () => void (everAnswered = true),
    unreachable: () => void (givenUp = true),
    maxTries: () => givenUp && !everAnswered ? 1 : MAX_TRIES,
    notBefore: 0
  };
}
var init_peer = __esm({
  "src/registry/http/peer.ts"() {
    "use strict";
    init_limiter();
    init_retry();
  }
});

// src/registry/http/endpoint.ts
function createEndpoint(registry, address, concurrency, authorizerOf) {
  let scheme = address.scheme;
  let api = new URL(`${scheme === "https" ? "https" : "http"}://${address.host}`);
  let opened2 = false;
  let opening = null;
  const lead = async () => {
    while (opening) await opening;
    if (opened2) return void 0;
    let release = () => void 0;
    opening = new Promise((resolve6) => release = resolve6);
    return () => {
      opened2 = true;
      opening = null;
      release();
    };
  };
  return {
    ...createPeer(concurrency),
    registry,
    authorizer: authorizerOf(() => api),
    api: () => api,
    isGuess: () => scheme === "either",
    speak(settled) {
      if (scheme !== "either") return;
      scheme = settled;
      api = new URL(`${settled}://${address.host}`);
    },
    enter: () => opened2 ? void 0 : lead()
  };
}
function targetOf(url) {
  const secure = url.protocol === "https:";
  return {
    secure,
    hostname: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === "" ? secure ? 443 : 80 : Number(url.port),
    path: url.pathname + url.search
  };
}
var init_endpoint = __esm({
  "src/registry/http/endpoint.ts"() {
    "use strict";
    init_peer();
  }
});

// src/registry/http/upload.ts
function feed(wire2, upload, hooks) {
  const { source, length } = upload;
  let sent = 0;
  let ended = false;
  const wrong = () => {
    hooks.onError(new OperationError("mismatch", `the body to send has ${sent} bytes instead of ${length}`));
  };
  source.on("data", (chunk) => {
    sent += chunk.length;
    if (sent > length) {
      wrong();
      return;
    }
    hooks.onSent(chunk.length);
    hooks.onProgress();
    if (!wire2.write(chunk)) source.pause();
  });
  wire2.on("drain", () => {
    hooks.onProgress();
    source.resume();
  });
  source.on("end", () => {
    ended = true;
    if (sent === length) wire2.end(hooks.onProgress);
    else wrong();
  });
  source.on("error", hooks.onError);
  source.on("close", () => {
    if (!ended) wrong();
  });
  return {
    stop() {
      if (ended) return;
      ended = true;
      wire2.shouldKeepAlive = false;
      source.removeAllListeners("data");
      source.destroy();
    }
  };
}
var init_upload = __esm({
  "src/registry/http/upload.ts"() {
    "use strict";
    init_errors();
  }
});

// src/registry/http/wire.ts
function exchange(request, limits) {
  return new Promise((resolve6, reject) => {
    const wire2 = open(request);
    const track = trackConnection(wire2, () => timer.restart());
    let done = false;
    const settle2 = () => {
      if (done) return false;
      done = true;
      timer.stop();
      unwatch();
      return true;
    };
    const fail3 = (error2) => {
      if (!settle2()) return;
      upload?.stop();
      wire2.destroy();
      reject(error2);
    };
    const timer = startTimer(
      () => track.connected ? limits.idleMs : Math.min(limits.idleMs, limits.connectMs),
      (ms) => fail3(silence(track.connected, ms))
    );
    const unwatch = limits.cancellation.watch(fail3);
    wire2.on(
      "error",
      (error2) => fail3(faultOf(error2, { connected: track.connected, reused: wire2.reusedSocket }))
    );
    wire2.on(
      "close",
      () => fail3(new WireFault("reset", "the connection was closed", { stale: wire2.reusedSocket }))
    );
    wire2.on("proxyConnect", (answer) => {
      if (answer.statusCode !== 200) fail3(proxyRefusal(answer.statusCode));
    });
    wire2.on("response", (incoming) => {
      if (!settle2()) return void incoming.destroy();
      upload?.stop();
      resolve6(incoming);
    });
    const upload = write2(wire2, request.body, { ...limits, onProgress: () => timer.restart(), onError: fail3 });
  });
}
function proxyRefusal(status) {
  return new WireFault(
    status >= 500 ? "connect" : "proxy",
    `the proxy answered HTTP ${status}; see HTTPS_PROXY, HTTP_PROXY and NO_PROXY`
  );
}
function open({ method, target, headers, agent }) {
  const { hostname, port, path: path6 } = target;
  return (target.secure ? import_node_https2.default : import_node_http2.default).request({ method, host: hostname, port, path: path6, headers, agent });
}
function silence(connected, ms) {
  return connected ? new WireFault("timeout", `no answer for ${ms / 1e3} s`) : new WireFault("connect", `no connection within ${ms / 1e3} s`);
}
function trackConnection(wire2, onConnected) {
  const track = { connected: false };
  wire2.once("socket", (socket) => {
    const connected = () => {
      track.connected = true;
      onConnected();
    };
    if (socket.connecting) socket.once(socket.encrypted ? "secureConnect" : "connect", connected);
    else connected();
  });
  return track;
}
function write2(wire2, body, hooks) {
  if (body && "source" in body) return feed(wire2, body, hooks);
  if (body) hooks.onSent(body.length);
  wire2.end(body);
  return void 0;
}
function startTimer(length, expired) {
  let timer;
  const start = () => {
    const ms = length();
    timer = setTimeout(() => expired(ms), ms);
  };
  start();
  return {
    restart() {
      clearTimeout(timer);
      start();
    },
    stop: () => clearTimeout(timer)
  };
}
var import_node_http2, import_node_https2;
var init_wire = __esm({
  "src/registry/http/wire.ts"() {
    "use strict";
    import_node_http2 = __toESM(require("node:http"), 1);
    import_node_https2 = __toESM(require("node:https"), 1);
    init_fault();
    init_upload();
  }
});

// src/registry/http/wiring.ts
function bodyLimits(wiring, maxBytes) {
  return {
    maxBytes,
    idleMs: wiring.idleMs,
    cancellation: wiring.cancellation,
    onBytes: (bytes2) => void (wiring.usage.bytes_in += bytes2)
  };
}
function flat(headers) {
  const result = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== void 0) result[name] = typeof value === "string" ? value : value.join(", ");
  }
  return result;
}
var CONNECT_MS, ERROR_BYTES;
var init_wiring = __esm({
  "src/registry/http/wiring.ts"() {
    "use strict";
    CONNECT_MS = 15e3;
    ERROR_BYTES = 64 * 1024;
  }
});

// src/registry/http/dispatch.ts
async function dispatch(wiring, peer, request) {
  const { limiter } = peer;
  const body = await opened(request.body);
  await turnAt(peer, body);
  const epoch = limiter.epoch();
  wiring.usage.requests++;
  try {
    const incoming = await onWire(wiring, request, body);
    peer.answered();
    return received(wiring, peer, incoming, request.url, epoch);
  } catch (error2) {
    limiter.release();
    throw error2;
  }
}
async function opened(body) {
  return body && "open" in body ? { length: body.length, source: await body.open() } : body;
}
async function turnAt({ limiter }, body) {
  const turn = limiter.acquire();
  if (!turn) return;
  try {
    await turn;
  } catch (error2) {
    if (body && "source" in body) body.source.destroy();
    throw error2;
  }
}
async function onWire(wiring, { method, url, headers }, body) {
  const target = targetOf(url);
  const agent = wiring.agents.of(target);
  return exchange(
    {
      method,
      target,
      headers: { ...standardHeaders(wiring, method, body), ...headers },
      body,
      agent: agent instanceof Promise ? await agent : agent
    },
    {
      idleMs: wiring.idleMs,
      connectMs: CONNECT_MS,
      cancellation: wiring.cancellation,
      onSent: (bytes2) => void (wiring.usage.bytes_out += bytes2)
    }
  );
}
function standardHeaders({ userAgent }, method, body) {
  const headers = { "user-agent": userAgent, "accept-encoding": "identity" };
  if (body || method !== "GET" && method !== "HEAD") headers["content-length"] = String(body?.length ?? 0);
  return headers;
}
function received(wiring, peer, incoming, url, epoch) {
  const { limiter } = peer;
  const status = incoming.statusCode ?? 0;
  if (status === 407 && wiring.agents.viaPlainProxy(targetOf(url))) {
    incoming.destroy();
    throw proxyRefusal(status);
  }
  const { warning: warning2 } = incoming.headers;
  if (typeof warning2 === "string") wiring.warn(url.host, warning2);
  if (status === 429 || status >= 500 && incoming.headers["retry-after"] !== void 0)
    limiter.slowDown(epoch);
  else if (status < 400) limiter.speedUp();
  let held = true;
  return {
    incoming,
    status,
    url,
    release() {
      if (held) limiter.release();
      held = false;
    }
  };
}
async function discard(wiring, answer) {
  try {
    await readStart(answer.incoming, bodyLimits(wiring, ERROR_BYTES));
  } finally {
    answer.release();
  }
}
var init_dispatch = __esm({
  "src/registry/http/dispatch.ts"() {
    "use strict";
    init_body();
    init_endpoint();
    init_wire();
    init_wiring();
  }
});

// src/registry/http/redirect.ts
function isRedirect(status) {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
function pointed(base, location, listed2) {
  if (!URL.canParse(location, base.href)) {
    throw unsafe(base, "an address that cannot be read", "the registry has to be mended");
  }
  const target = new URL(location, base);
  target.hash = "";
  if (target.protocol !== "https:" && target.protocol !== "http:") {
    throw unsafe(base, `a "${target.protocol}" address`, "only http and https are followed");
  }
  if (base.protocol === "https:" && target.protocol === "http:") {
    throw unsafe(
      base,
      `plain http (${target.host})`,
      "the registry, or the proxy before it, has to answer with https addresses"
    );
  }
  if (target.username !== "" || target.password !== "") {
    throw unsafe(base, `${target.host} with a user name in the address`, "the registry has to be mended");
  }
  if (isPrivate(target.hostname) && !isNear(base, target) && !isListed(target, listed2)) {
    throw unsafe(
      base,
      `the private address ${target.host}`,
      `list ${target.host} in insecure-registries if it is meant`
    );
  }
  return target;
}
function pointedWithin(base, location, listed2) {
  const target = pointed(base, location, listed2);
  if (target.origin !== base.origin && !isListed(target, listed2)) {
    throw unsafe(
      base,
      `another host (${target.host})`,
      `list ${target.host} in insecure-registries if it is meant`
    );
  }
  return target;
}
function isNear(base, target) {
  return target.hostname === base.hostname || isLoopback(base.hostname) && isLoopback(target.hostname);
}
function unsafe(base, what, next2) {
  return new OperationError("unsafe", `${base.host} points to ${what}, which is not followed; ${next2}`);
}
var MAX_HOPS;
var init_redirect = __esm({
  "src/registry/http/redirect.ts"() {
    "use strict";
    init_errors();
    init_hosts();
    MAX_HOPS = 5;
  }
});

// src/registry/http/tls-probe.ts
function speaksTls(hostname, port) {
  return new Promise((resolve6) => {
    const socket = import_node_tls2.default.connect({ host: hostname, port, timeout: PROBE_MS });
    const end = (answer) => {
      socket.destroy();
      resolve6(answer);
    };
    socket.once("secureConnect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("close", () => end(false));
    socket.on("error", (error2) => {
      const beforeTls = error2.syscall === "connect" || error2.code === "ECONNRESET" || error2.code === "EPIPE";
      end(!beforeTls && !NOT_TLS.test(error2.message));
    });
  });
}
var import_node_tls2, PROBE_MS, NOT_TLS;
var init_tls_probe = __esm({
  "src/registry/http/tls-probe.ts"() {
    "use strict";
    import_node_tls2 = __toESM(require("node:tls"), 1);
    PROBE_MS = 5e3;
    NOT_TLS = /wrong version number|packet length too long|unknown protocol|http request/i;
  }
});

// src/registry/http/attempt.ts
function urlOf(endpoint, request, listed2) {
  const api = endpoint.api();
  if (request.path instanceof URL) return pointedWithin(api, request.path.href, listed2);
  return new URL(`/v2/${request.repository.repository}/${request.path}`, api);
}
async function attempt(wiring, endpoint, request) {
  for (let round = 0; ; round++) {
    const answer = await authorized(wiring, endpoint, request, round < MAX_AUTH_ROUNDS);
    if (answer) return answer;
  }
}
async function authorized(wiring, endpoint, request, mayRepeat2) {
  const open5 = await endpoint.enter();
  const { authorizer } = endpoint;
  let login;
  let answer = null;
  try {
    const authorization = authorizer.authorization(request);
    login = typeof authorization === "object" ? await authorization : authorization;
    answer = await schemeFound(wiring, endpoint, request, login);
  } finally {
    authorizer.answered(login, answer && answer.url.origin === endpoint.api().origin ? answer.status : null);
    if (!answer) open5?.();
  }
  const asked = mayRepeat2 ? challengeOf(answer, endpoint) : void 0;
  const worth = asked === void 0 ? null : authorizer.challenged(request, asked, login);
  open5?.();
  return worth ? repeated(wiring, answer, worth) : answer;
}
async function repeated(wiring, answer, worth) {
  const again = await worth.catch(async (error2) => {
    await discard(wiring, answer);
    throw error2;
  });
  if (!again) return answer;
  await discard(wiring, answer);
  return null;
}
function challengeOf({ status, url, incoming }, endpoint) {
  if (status !== 401 && status !== 403) return void 0;
  return url.origin === endpoint.api().origin ? incoming.headers["www-authenticate"] : void 0;
}
async function schemeFound(wiring, endpoint, request, sent) {
  if (!endpoint.isGuess()) return followed(wiring, endpoint, request, sent);
  const { hostname, port } = targetOf(endpoint.api());
  try {
    const answer = await followed(wiring, endpoint, request, sent);
    if (answer.status !== 400 || !await speaksTls(hostname, port)) {
      endpoint.speak("http");
      return answer;
    }
    await discard(wiring, answer);
  } catch (error2) {
    const suspicious = error2 instanceof WireFault && (error2.kind === "reset" || error2.kind === "garbled");
    if (!suspicious || !await speaksTls(hostname, port)) throw error2;
  }
  endpoint.speak("https");
  return followed(wiring, endpoint, request, sent);
}
async function followed(wiring, endpoint, request, authorization) {
  const origin = endpoint.api().origin;
  let url = urlOf(endpoint, request, wiring.listed);
  for (let hops = 0; ; hops++) {
    const away = url.origin !== origin;
    const answer = await dispatch(wiring, endpoint, {
      method: request.method,
      url,
      headers: headersOf(request, away ? void 0 : authorization, away),
      body: request.body
    });
    const location = answer.incoming.headers.location;
    if (!isRedirect(answer.status) || location === void 0) return answer;
    await discard(wiring, answer);
    url = next(wiring, request, url, location, hops);
    if (url.origin !== origin) authorization = void 0;
  }
}
function next(wiring, request, url, location, hops) {
  const target = pointed(url, location, wiring.listed);
  const reads = request.method === "GET" || request.method === "HEAD";
  if (request.redirect === "refuse" || !reads) {
    const where2 = target.origin === url.origin ? "another path" : target.host;
    throw new OperationError(
      "unsafe",
      `it was redirected to ${where2}, which is not followed here; use the name that the registry redirects to`
    );
  }
  if (hops >= MAX_HOPS) {
    throw new OperationError(
      "protocol",
      `it was redirected more than ${MAX_HOPS} times, at last to ${target.host}`
    );
  }
  return target;
}
function headersOf({ headers }, authorization, away) {
  const kept = Object.entries(headers ?? {}).filter(([name]) => !away || KEPT_ABROAD.has(name.toLowerCase()));
  if (authorization !== void 0) kept.push(["authorization", authorization]);
  return Object.fromEntries(kept);
}
var MAX_AUTH_ROUNDS, KEPT_ABROAD;
var init_attempt = __esm({
  "src/registry/http/attempt.ts"() {
    "use strict";
    init_errors();
    init_dispatch();
    init_endpoint();
    init_fault();
    init_redirect();
    init_tls_probe();
    MAX_AUTH_ROUNDS = 2;
    KEPT_ABROAD = /* @__PURE__ */ new Set(["accept", "range", "content-type", "content-range"]);
  }
});

// src/registry/http/cancellation.ts
function reasonOf2(signal) {
  const reason = signal.reason;
  if (reason instanceof OperationError) return reason;
  return reason?.name === "TimeoutError" ? new OperationError("timeout", "the time limit of the run has passed", { cause: reason }) : new OperationError("cancelled", "the run was told to stop", { cause: reason });
}
function cancellationOf(signal) {
  const watchers = /* @__PURE__ */ new Set();
  signal.addEventListener(
    "abort",
    () => {
      const reason = reasonOf2(signal);
      for (const end of [...watchers]) end(reason);
    },
    { once: true }
  );
  return {
    signal,
    check() {
      if (signal.aborted) throw reasonOf2(signal);
    },
    watch(end) {
      watchers.add(end);
      return () => void watchers.delete(end);
    }
  };
}
var init_cancellation = __esm({
  "src/registry/http/cancellation.ts"() {
    "use strict";
    init_errors();
  }
});

// src/registry/http/redact.ts
function createSecrets(onSecret) {
  const known = /* @__PURE__ */ new Set();
  let longestFirst = null;
  return {
    add(secret) {
      for (const form of formsOf(secret)) {
        if (form === "" || known.has(form)) continue;
        known.add(form);
        longestFirst = null;
        onSecret(form);
      }
    },
    scrub(text4) {
      longestFirst ??= [...known].filter((form) => form.length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
      let clean2 = text4;
      for (const form of longestFirst) if (clean2.includes(form)) clean2 = clean2.replaceAll(form, HIDDEN);
      return hideLookalikes(clean2);
    }
  };
}
function formsOf(secret) {
  const bytes2 = Buffer.from(secret, "utf8");
  return [
    secret,
    encodeURIComponent(bytes2.toString("utf8")),
    JSON.stringify(secret).slice(1, -1),
    bytes2.toString("base64")
  ];
}
function hideLookalikes(text4) {
  return text4.replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`).replace(/\b(https?:\/\/[^\s"'<>?]*)\?[^\s"'<>]*/gi, `$1?${HIDDEN}`);
}
function redactUrl(method, url) {
  return `${method} ${url.host}${url.pathname}`;
}
var MIN_LENGTH, HIDDEN;
var init_redact = __esm({
  "src/registry/http/redact.ts"() {
    "use strict";
    MIN_LENGTH = 4;
    HIDDEN = "***";
  }
});

// src/registry/http/failure.ts
function failureOf(error2, what, tries, scrub) {
  if (error2 instanceof WireFault) {
    const often = tries > 1 ? ` (${tries} tries)` : "";
    const next2 = NEXT[error2.kind] === "" ? "" : `; ${NEXT[error2.kind]}`;
    return new OperationError(CODES[error2.kind], scrub(`${what}: ${error2.message}${often}${next2}`), {
      cause: error2
    });
  }
  if (error2 instanceof OperationError) {
    return new OperationError(error2.code, scrub(`${what}: ${error2.message}`), {
      cause: error2,
      ...error2.status === void 0 ? {} : { status: error2.status }
    });
  }
  return new OperationError("protocol", scrub(`${what}: ${messageOf(error2)}`), { cause: error2 });
}
var CODES, NEXT;
var init_failure = __esm({
  "src/registry/http/failure.ts"() {
    "use strict";
    init_errors();
    init_fault();
    CODES = {
      connect: "unavailable",
      name: "unavailable",
      tls: "unsafe",
      proxy: "unavailable",
      reset: "unavailable",
      timeout: "timeout",
      garbled: "protocol",
      cut: "protocol",
      encoded: "protocol",
      "too-large": "protocol"
    };
    NEXT = {
      connect: "see whether the registry is up and can be reached from here, then run again",
      name: "correct the host name, or see whether DNS works here",
      tls: "",
      proxy: "",
      reset: "run again; when it stays so, see the log of the registry or of the proxy before it",
      timeout: "run again when the registry is well",
      garbled: "see whether the host is a registry",
      cut: "run again; when it stays so, see the registry or the proxy before it",
      encoded: "switch compression of answers off in the registry or the proxy before it",
      "too-large": "see whether the host is a registry and the image is what it should be"
    };
  }
});

// src/registry/http/response.ts
async function whole(wiring, request, answer) {
  const { incoming, status, url } = answer;
  try {
    const body = await bodyOf(wiring, request, answer);
    return { status, headers: flat(incoming.headers), body, url };
  } catch (error2) {
    incoming.destroy();
    throw error2;
  } finally {
    answer.release();
  }
}
async function streamed(wiring, request, answer) {
  const { incoming, status, url } = answer;
  if (status >= 300) {
    const { body, ...rest } = await whole(wiring, request, answer);
    return { ...rest, stream: import_node_stream2.Readable.from([body], { objectMode: false }) };
  }
  answer.release();
  try {
    checkFraming(incoming, request.maxBytes, isAddressed(request));
  } catch (error2) {
    incoming.destroy();
    throw error2;
  }
  const what = redactUrl(request.method, url);
  const stream = streamOf(
    incoming,
    bodyLimits(wiring, request.maxBytes),
    (error2) => failureOf(error2, what, 1, (text4) => wiring.secrets.scrub(text4))
  );
  return { status, headers: flat(incoming.headers), url, stream };
}
async function bodyOf(wiring, request, { incoming, status }) {
  if (request.method === "HEAD" || status === 204 || status === 304) {
    await finish(incoming);
    return Buffer.alloc(0);
  }
  if (status >= 300 || request.method !== "GET") {
    const start = await readStart(
      incoming,
      bodyLimits(wiring, Math.min(ERROR_BYTES, request.maxBytes || ERROR_BYTES))
    );
    return scrubbed(wiring, start);
  }
  checkFraming(incoming, request.maxBytes, isAddressed(request));
  return readBody(incoming, bodyLimits(wiring, request.maxBytes));
}
function scrubbed({ secrets }, body) {
  const text4 = body.toString("utf8");
  const clean2 = secrets.scrub(text4);
  return clean2 === text4 ? body : Buffer.from(clean2, "utf8");
}
function isAddressed({ path: path6 }) {
  return typeof path6 === "string" && isDigest(path6.slice(path6.lastIndexOf("/") + 1));
}
var import_node_stream2;
var init_response = __esm({
  "src/registry/http/response.ts"() {
    "use strict";
    import_node_stream2 = require("node:stream");
    init_reference();
    init_body();
    init_failure();
    init_redact();
    init_wiring();
  }
});

// src/registry/http/retrying.ts
async function retrying(wiring, peer, task, attempt2) {
  let tries = 0;
  try {
    for (; ; ) {
      tries++;
      wiring.cancellation.check();
      await calm(wiring, peer);
      const ended = await tried(attempt2);
      if ("result" in ended && !isTransient(ended.result.status)) return ended.result;
      const delayMs = delayUntilNext(wiring, peer, task, ended, tries);
      if (delayMs === null) return finalOf(peer, ended);
      wiring.usage.retries++;
      wiring.debug(`${task.what}: ${wordsOf(ended)}; again in ${delayMs} ms`);
      if (delayMs > 0) await pause(wiring, delayMs, wordsOf(ended));
    }
  } catch (error2) {
    throw failureOf(error2, task.what, tries, (text4) => wiring.secrets.scrub(text4));
  }
}
function delayUntilNext(wiring, peer, { repeatable }, ended, tries) {
  const now = wiring.clock.now();
  const circumstances = { now, random: wiring.clock.random(), tries, maxTries: peer.maxTries(), repeatable };
  const verdict2 = judge(outcomeOf(ended), circumstances);
  if (verdict2.again) {
    if ("fault" in ended && ended.fault.stale) wiring.agents.purge();
    if (verdict2.askedMs > 0) peer.notBefore = Math.max(peer.notBefore, now + verdict2.askedMs);
    return verdict2.delayMs;
  }
  if (verdict2.asked !== void 0 && "result" in ended) throw tooLong(ended.result.status, verdict2.asked);
  return null;
}
function tooLong(status, seconds) {
  return new OperationError(
    "unavailable",
    `HTTP ${status} with the demand to wait ${seconds} s, which is longer than a run waits; run again after that`,
    { status }
  );
}
function finalOf(peer, ended) {
  if ("result" in ended) return ended.result;
  if (ended.fault.kind === "connect") peer.unreachable();
  throw ended.fault;
}
async function tried(attempt2) {
  try {
    return { result: await attempt2() };
  } catch (error2) {
    if (error2 instanceof WireFault) return { fault: error2 };
    throw error2;
  }
}
function outcomeOf(ended) {
  return "fault" in ended ? { fault: ended.fault.kind, stale: ended.fault.stale } : { status: ended.result.status, retryAfter: ended.result.headers["retry-after"] };
}
function wordsOf(ended) {
  return "fault" in ended ? ended.fault.message : `HTTP ${ended.result.status}`;
}
async function calm(wiring, peer) {
  if (peer.notBefore === 0) return;
  const rest = peer.notBefore - wiring.clock.now();
  if (rest > 0) await pause(wiring, rest, "the host asked for it");
}
async function pause({ clock, cancellation }, ms, because) {
  try {
    await clock.sleep(ms, cancellation.signal);
  } catch (error2) {
    if (!cancellation.signal.aborted) throw error2;
    const { code: code2, message } = reasonOf2(cancellation.signal);
    throw new OperationError(code2, `${message} while waiting to try again (${because})`, { cause: error2 });
  }
}
var init_retrying = __esm({
  "src/registry/http/retrying.ts"() {
    "use strict";
    init_errors();
    init_cancellation();
    init_failure();
    init_fault();
    init_retry();
  }
});

// src/registry/http/token-client.ts
function createTokenClient(wiring, peerOf) {
  return ({ method, url, headers, body }) => retrying(wiring, peerOf(url.origin), { what: redactUrl(method, url), repeatable: true }, async () => {
    const answer = await dispatch(wiring, peerOf(url.origin), { method, url, headers, body });
    const { incoming, status } = answer;
    try {
      return {
        status,
        headers: flat(incoming.headers),
        body: await readBody(incoming, bodyLimits(wiring, MAX_BYTES2))
      };
    } finally {
      answer.release();
    }
  });
}
function createTokenPeers(wiring, concurrency) {
  const peers = /* @__PURE__ */ new Map();
  return (origin) => {
    let peer = peers.get(origin);
    if (!peer) {
      const { limiter } = peer = createPeer(concurrency);
      wiring.cancellation.watch((reason) => limiter.stop(reason));
      peers.set(origin, peer);
    }
    return peer;
  };
}
var MAX_BYTES2;
var init_token_client = __esm({
  "src/registry/http/token-client.ts"() {
    "use strict";
    init_body();
    init_dispatch();
    init_peer();
    init_redact();
    init_retrying();
    init_wiring();
    MAX_BYTES2 = 64 * 1024;
  }
});

// src/registry/http/usage.ts
function createUsage() {
  return { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 };
}
var init_usage = __esm({
  "src/registry/http/usage.ts"() {
    "use strict";
  }
});

// src/registry/http/warnings.ts
function warningTexts(header2) {
  const texts = [];
  for (const match of header2.matchAll(/(?:^|,)\s*299 \S{1,100} "((?:[^"\\]|\\.)*)"/gs)) {
    texts.push((match[1] ?? "").replace(/\\(.)/gs, "$1"));
  }
  return texts;
}
function createWarnings(show) {
  const seen = /* @__PURE__ */ new Set();
  return (host, header2) => {
    for (const text4 of warningTexts(header2)) {
      const line2 = `${host} warns: ${text4.replace(/[\p{C}\p{Z}\s]+/gu, " ").trim()}`.slice(0, MAX_LENGTH);
      if (seen.has(line2) || seen.size >= MAX_TEXTS) continue;
      seen.add(line2);
      show(line2);
    }
  };
}
var MAX_TEXTS, MAX_LENGTH;
var init_warnings = __esm({
  "src/registry/http/warnings.ts"() {
    "use strict";
    MAX_TEXTS = 20;
    MAX_LENGTH = 300;
  }
});

// src/registry/http/transport.ts
function createTransport(options) {
  const wiring = wire(options);
  const endpointOf = createEndpoints(wiring, options);
  const perform = async (request, read3) => {
    const endpoint = endpointOf(request.repository.registry);
    const what = redactUrl(request.method, urlOf(endpoint, request, wiring.listed));
    return retrying(
      wiring,
      endpoint,
      { what, repeatable: request.repeatable },
      async () => read3(wiring, request, await attempt(wiring, endpoint, request))
    );
  };
  return {
    send: (request) => perform(request, whole),
    stream: (request) => perform(request, streamed),
    resolve: (base, location) => pointedWithin(base, location, wiring.listed),
    usage: () => ({ ...wiring.usage }),
    close: () => wiring.agents.close()
  };
}
function wire(options) {
  const secrets = createSecrets(options.onSecret);
  return {
    agents: createAgents({ env: options.env, ...options.ca === void 0 ? {} : { ca: options.ca } }),
    cancellation: cancellationOf(options.deadline),
    clock: options.clock,
    secrets,
    usage: createUsage(),
    warn: createWarnings((text4) => options.log.warning(secrets.scrub(text4))),
    debug: (text4) => options.log.debug(secrets.scrub(text4)),
    listed: [...options.trustedHosts ?? [], ...options.insecureRegistries],
    userAgent: options.userAgent,
    idleMs: options.requestTimeoutMs ?? 6e4
  };
}
function createEndpoints(wiring, options) {
  const endpoints = /* @__PURE__ */ new Map();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const ask2 = createTokenClient(wiring, createTokenPeers(wiring, concurrency));
  const credentials = options.anonymous ? () => Promise.resolve(null) : options.credentials;
  const make = (registry) => {
    const address = addressOfRegistry(registry, options.insecureRegistries);
    const endpoint = createEndpoint(
      registry,
      address,
      concurrency,
      (api) => createAuthorizer({
        credentials,
        asker: () => ({ registry, api: api(), listed: wiring.listed }),
        ask: ask2,
        now: () => wiring.clock.now(),
        onSecret: (secret) => wiring.secrets.add(secret)
      })
    );
    wiring.cancellation.watch((reason) => endpoint.limiter.stop(reason));
    endpoints.set(registry, endpoint);
    return endpoint;
  };
  return (registry) => endpoints.get(registry) ?? make(registry);
}
var DEFAULT_CONCURRENCY;
var init_transport = __esm({
  "src/registry/http/transport.ts"() {
    "use strict";
    init_authorizer();
    init_hosts();
    init_agents();
    init_attempt();
    init_cancellation();
    init_endpoint();
    init_redact();
    init_redirect();
    init_response();
    init_retrying();
    init_token_client();
    init_usage();
    init_warnings();
    DEFAULT_CONCURRENCY = 16;
  }
});

// src/registry/answers.ts
function errorsOf(response) {
  const body = parseJson(response.body);
  if (!isObject(body) || !Array.isArray(body["errors"])) return [];
  return body["errors"].filter(isObject).map((entry) => ({
    code: typeof entry["code"] === "string" ? entry["code"].toUpperCase() : "",
    message: typeof entry["message"] === "string" ? entry["message"] : ""
  }));
}
function failure(code2, task, what, next2, options = {}) {
  return new OperationError(code2, `${nameOf(task.ref)}: cannot ${task.doing}: ${what}; ${next2}`, options);
}
function refusal(task, response, next2) {
  const { status } = response;
  const what = `${task.ref.registry} answered HTTP ${status}${detailOf(response)}`;
  return failure(codeOf2(status), task, what, next2 ?? nextFor(task, status), { status });
}
function inContext(task, error2) {
  if (!(error2 instanceof OperationError)) return error2;
  return new OperationError(error2.code, `${nameOf(task.ref)}: cannot ${task.doing}: ${error2.message}`, {
    cause: error2,
    ...error2.status === void 0 ? {} : { status: error2.status }
  });
}
function detailOf(response) {
  const errors = errorsOf(response);
  if (errors.length > 0) {
    return ` (${clean(errors.map(({ code: code2, message }) => [code2, message].filter((part) => part !== "").join(": ")).join("; "))})`;
  }
  return response.body.length === 0 ? "" : ` (${clean(response.body.toString("utf8"))})`;
}
function clean(text4) {
  const line2 = text4.slice(0, 4 * MAX_DETAIL).replace(/[\p{C}\p{Z}\s]+/gu, " ").replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, "$1 [hidden]").trim();
  return line2.length > MAX_DETAIL ? `${line2.slice(0, MAX_DETAIL - 3)}...` : line2;
}
function nameOf(ref) {
  return "tag" in ref || "digest" in ref ? formatReference(ref) : formatRepository(ref);
}
function codeOf2(status) {
  if (status === 401 || status === 403) return "denied";
  if (status === 408 || status === 429 || status >= 500) return "unavailable";
  return status >= 400 ? "rejected" : "protocol";
}
function nextFor(task, status) {
  const { registry, repository } = task.ref;
  const denied = quirksOf(registry).find((quirk) => quirk.denied !== void 0)?.denied;
  if (denied !== void 0 && (status === 401 || status === 403)) return denied;
  if (status === 401) return `log in to ${registry} with an account that may use ${repository}`;
  if (status === 403) return `give the account that is logged in to ${registry} access to ${repository}`;
  if (status === 429) return `run again later, or lower the concurrency`;
  if (status === 408 || status >= 500) return `run again when ${registry} is well`;
  return `see what ${registry} says about it, mend that and run again`;
}
var MAX_DETAIL;
var init_answers = __esm({
  "src/registry/answers.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_json();
    init_quirks();
    MAX_DETAIL = 300;
  }
});

// src/registry/digest.ts
function algorithmOf(digest) {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}
function digestOf(bytes2, algorithm = "sha256") {
  return `${algorithm}:${(0, import_node_crypto.createHash)(algorithm).update(bytes2).digest("hex")}`;
}
function hasherFor(digest) {
  return (0, import_node_crypto.createHash)(algorithmOf(digest));
}
function referrersTag(digest) {
  const [algorithm = "", hex = ""] = digest.split(":");
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}
function cosignTags(digest) {
  if (algorithmOf(digest) !== "sha256") return [];
  return ["sig", "att", "sbom"].map((kind) => `${digest.replace(":", "-")}.${kind}`);
}
var import_node_crypto;
var init_digest = __esm({
  "src/registry/digest.ts"() {
    "use strict";
    import_node_crypto = require("node:crypto");
  }
});

// src/registry/media-types.ts
function bareMediaType(contentType) {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
function isIndex(mediaType) {
  return INDEXES.includes(mediaType);
}
function isSchema1(mediaType) {
  return SCHEMA1.includes(mediaType);
}
function isCopyable(mediaType) {
  return INDEXES.includes(mediaType) || IMAGES.includes(mediaType);
}
function isManifest(mediaType) {
  return isCopyable(mediaType) || isSchema1(mediaType) || mediaType === OCI_ARTIFACT;
}
function isNonDistributable(mediaType) {
  return mediaType.includes(".nondistributable.") || mediaType.startsWith("application/vnd.docker.image.rootfs.foreign.");
}
var OCI_INDEX, OCI_MANIFEST, OCI_ARTIFACT, DOCKER_LIST, DOCKER_MANIFEST, DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, COPY_ACCEPT, LOOK_ACCEPT, INDEXES, IMAGES, SCHEMA1;
var init_media_types = __esm({
  "src/registry/media-types.ts"() {
    "use strict";
    OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json";
    DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json";
    DOCKER_SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    COPY_ACCEPT = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST].join(", ");
    LOOK_ACCEPT = `${COPY_ACCEPT}, ${OCI_ARTIFACT}, ${DOCKER_SCHEMA1_SIGNED}, */*;q=0.1`;
    INDEXES = [OCI_INDEX, DOCKER_LIST];
    IMAGES = [OCI_MANIFEST, DOCKER_MANIFEST];
    SCHEMA1 = [DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED];
  }
});

// src/registry/manifest.ts
function parseManifest(manifest, name) {
  refuseUncopyable(manifest.mediaType, name);
  const body = parseJson(manifest.bytes);
  if (!isObject(body)) throw broken(name, "it is not a JSON object in UTF-8");
  const declared = body["mediaType"];
  if (declared !== void 0 && declared !== manifest.mediaType) {
    throw broken(
      name,
      `it calls itself ${JSON.stringify(declared)} but was served as "${manifest.mediaType}"`
    );
  }
  try {
    return isIndex(manifest.mediaType) ? parseIndex(body) : parseImage(body);
  } catch (error2) {
    throw error2 instanceof Fault ? broken(name, error2.message) : error2;
  }
}
function refuseUncopyable(mediaType, name) {
  if (isCopyable(mediaType)) return;
  if (isSchema1(mediaType)) {
    throw new OperationError(
      "rejected",
      `${name}: this is a Docker schema 1 image, which registries no longer take and whose digest does not survive copying; pull it and push it again with a current tool`
    );
  }
  throw new OperationError(
    "rejected",
    `${name}: the media type "${mediaType.slice(0, 120)}" is not one of a container image; name an image or an image index`
  );
}
function broken(name, what) {
  return new OperationError(
    "mismatch",
    `${name}: the manifest cannot be used: ${what}; build and push the image anew`
  );
}
function parseIndex(body) {
  if ("layers" in body || "config" in body) refuseDoubleNature(body);
  return { kind: "index", manifests: descriptors(body["manifests"], "manifests"), ...common(body) };
}
function parseImage(body) {
  if ("manifests" in body) refuseDoubleNature(body);
  return {
    kind: "image",
    config: descriptor(body["config"], "config"),
    layers: descriptors(body["layers"], "layers"),
    ...common(body)
  };
}
function refuseDoubleNature(body) {
  if (body["mediaType"] === void 0) throw new Fault("it is an index and an image at once");
}
function common(body) {
  return {
    annotations: strings(body["annotations"]),
    subject: body["subject"] === void 0 || body["subject"] === null ? null : descriptor(body["subject"], "subject"),
    artifactType: text2(body["artifactType"])
  };
}
function descriptors(value, where2) {
  if (!Array.isArray(value)) throw new Fault(`"${where2}" is not a list`);
  return value.map((entry, index2) => descriptor(entry, `${where2}[${index2}]`));
}
function descriptor(value, where2) {
  if (!isObject(value)) throw new Fault(`"${where2}" is not a descriptor`);
  const { digest, size } = value;
  if (typeof digest !== "string" || !isDigest(digest)) {
    throw new Fault(`"${where2}" has no sha256 or sha512 digest`);
  }
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new Fault(`"${where2}" (${digest}) has the size ${JSON.stringify(size)}`);
  }
  return {
    mediaType: text2(value["mediaType"]).toLowerCase(),
    digest,
    size,
    urls: Array.isArray(value["urls"]) ? value["urls"].filter((url) => typeof url === "string") : [],
    annotations: strings(value["annotations"]),
    platform: platformOf(value["platform"]),
    raw: value
  };
}
function platformOf(value) {
  if (!isObject(value)) return null;
  const platform3 = {
    os: text2(value["os"]),
    architecture: text2(value["architecture"]),
    variant: text2(value["variant"])
  };
  return platform3.os === "" && platform3.architecture === "" ? null : platform3;
}
function strings(value) {
  if (!isObject(value)) return /* @__PURE__ */ new Map();
  return new Map(
    Object.entries(value).filter((entry) => typeof entry[1] === "string")
  );
}
function text2(value) {
  return typeof value === "string" ? value : "";
}
var MAX_MANIFEST_BYTES, Fault;
var init_manifest = __esm({
  "src/registry/manifest.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_json();
    init_media_types();
    MAX_MANIFEST_BYTES = 8 * 1024 * 1024;
    Fault = class extends Error {
    };
  }
});

// src/registry/wire.ts
async function ask(context, task, request) {
  try {
    return await context.transport.send(request);
  } catch (error2) {
    throw inContext(task, error2);
  }
}
var init_wire2 = __esm({
  "src/registry/wire.ts"() {
    "use strict";
    init_answers();
  }
});

// src/registry/existence.ts
async function look(context, ref) {
  return answered(async () => {
    const task = taskOf(ref);
    const head = await ask(context, task, lookRequest("HEAD", ref));
    if (head.status === 404 || head.status === 405) return lookByGet(context, task, ref);
    if (head.status !== 200) throw await unclear(context, task, ref, head);
    const digest = head.headers["docker-content-digest"];
    if (digest === void 0 || !isDigest(digest)) return lookByGet(context, task, ref);
    checkAskedDigest(task, ref, digest);
    return { state: "present", digest, mediaType: bareMediaType(head.headers["content-type"]) };
  });
}
async function lookByBody(context, ref) {
  return answered(() => lookByGet(context, taskOf(ref), ref));
}
function saysAbsent(response) {
  if (response.status !== 404) return false;
  const errors = errorsOf(response);
  return errors.length > 0 && errors.every(({ code: code2, message }) => ABSENT_CODES.includes(code2) && !hidesByAccept(message));
}
async function lookByGet(context, task, ref) {
  const response = await ask(context, task, lookRequest("GET", ref));
  if (saysAbsent(response)) return { state: "absent" };
  if (response.status !== 200) throw refusedLook(task, response);
  const mediaType = bareMediaType(response.headers["content-type"]);
  if (!isManifest(mediaType)) {
    throw failure(
      "protocol",
      task,
      `${ref.registry} answered HTTP 200 with "${mediaType}", which is not a registry answer`,
      "check that the host is a registry and that no proxy or login page answers in its place",
      { status: 200 }
    );
  }
  return { state: "present", digest: digestInHand(task, ref, response, mediaType), mediaType };
}
function digestInHand(task, ref, response, mediaType) {
  const header2 = response.headers["docker-content-digest"];
  const claimed = header2 !== void 0 && isDigest(header2) ? header2 : void 0;
  if (claimed !== void 0 && isSchema1(mediaType)) return claimed;
  const asked = "digest" in ref ? ref.digest : void 0;
  const digest = digestOf(response.body, algorithmOf(asked ?? claimed ?? ""));
  if (claimed !== void 0 && algorithmOf(claimed) === algorithmOf(digest) && claimed !== digest) {
    throw failure(
      "mismatch",
      task,
      `${ref.registry} says that the digest is ${claimed} but sent bytes with ${digest} (HTTP 200)`,
      "run again; if it stays, have the registry and any proxy before it looked at",
      { status: 200 }
    );
  }
  checkAskedDigest(task, ref, digest);
  return digest;
}
function checkAskedDigest(task, ref, digest) {
  if (!("digest" in ref) || ref.digest === digest) return;
  throw failure(
    "mismatch",
    task,
    `${ref.registry} answered with ${digest} (HTTP 200)`,
    "run again; if it stays, have the registry and any proxy before it looked at",
    { status: 200 }
  );
}
async function unclear(context, task, ref, head) {
  const wordless = [401, 429].includes(head.status) || head.status < 400 || head.status >= 500;
  if (wordless) return refusedLook(task, head);
  const get = await ask(context, task, lookRequest("GET", ref));
  return refusedLook(task, get.status === head.status ? get : head);
}
function refusedLook(task, response) {
  const { status } = response;
  if (status === 404 && errorsOf(response).some(({ message }) => hidesByAccept(message))) {
    return refusal(
      task,
      response,
      "the tag exists, but with a media type that Retag does not know; move it by hand if it is in the way"
    );
  }
  if (status === 404) {
    return refusal(
      task,
      response,
      "this 404 is not a registry answer, so nobody can tell whether the tag is free: check the host and any proxy before it"
    );
  }
  if (status === 500) {
    return refusal(
      task,
      response,
      "run again in a moment; if it stays, the registry may hold an empty link for this tag (it stopped while the tag was written), which pushing the tag once by hand repairs"
    );
  }
  return refusal(task, response);
}
function hidesByAccept(message) {
  return message.toLowerCase().includes("accept header");
}
function lookRequest(method, ref) {
  return {
    method,
    repository: ref,
    path: `manifests/${"digest" in ref ? ref.digest : ref.tag}`,
    headers: { accept: LOOK_ACCEPT },
    access: "pull",
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: "follow",
    repeatable: true
  };
}
function taskOf(ref) {
  return { doing: "digest" in ref ? "look at the manifest" : "look at the tag", ref };
}
async function answered(work) {
  try {
    return await work();
  } catch (error2) {
    if (error2 instanceof OperationError) return { state: "unknown", error: error2 };
    throw error2;
  }
}
var ABSENT_CODES;
var init_existence = __esm({
  "src/registry/existence.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_answers();
    init_digest();
    init_manifest();
    init_media_types();
    init_wire2();
    ABSENT_CODES = ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"];
  }
});

// src/registry/platforms.ts
function isAttestation(child3) {
  return child3.annotations.has(ATTESTATION);
}
function isRealPlatform({ os: os6, architecture }) {
  return os6 !== "" && architecture !== "" && os6 !== "unknown" && architecture !== "unknown";
}
function formatPlatform({ os: os6, architecture, variant }) {
  const isDefault = architecture === "arm64" && variant === "v8" || architecture === "amd64" && variant === "v1";
  return [os6, architecture, ...variant === "" || isDefault ? [] : [variant]].join("/");
}
var ATTESTATION;
var init_platforms3 = __esm({
  "src/registry/platforms.ts"() {
    "use strict";
    ATTESTATION = "vnd.docker.reference.type";
  }
});

// src/registry/tree.ts
async function readTree(reader2, source, root) {
  const { registry, repository } = source;
  const name = (digest) => formatReference({ registry, repository, digest });
  const nodes = /* @__PURE__ */ new Map([[root.digest, nodeOf(root, name(root.digest))]]);
  let level = [...nodes.values()];
  for (let depth = 2; level.length > 0; depth++) {
    const missing = new Map(
      level.flatMap((node) => node.children).map((child3) => [child3.digest, child3])
    );
    for (const digest of nodes.keys()) missing.delete(digest);
    if (missing.size > 0 && depth > MAX_DEPTH3) throw tooDeep(name(root.digest));
    if (nodes.size + missing.size > MAX_MANIFESTS) throw tooMany(name(root.digest));
    level = await pool([...missing.values()], LANES, async (child3) => {
      return nodeOf(await readChild(reader2, source, child3), name(child3.digest));
    });
    for (const node of level) nodes.set(node.manifest.digest, node);
  }
  checkDescriptors(nodes, name);
  return childrenFirst(nodes, root.digest);
}
function tooDeep(name) {
  return new OperationError(
    "mismatch",
    `${name}: indexes are nested more than ${MAX_DEPTH3} deep; build the image with a flatter index`
  );
}
function tooMany(name) {
  return new OperationError(
    "mismatch",
    `${name}: the image has more than ${MAX_MANIFESTS} manifests or ${MAX_BLOBS} blobs; split it`
  );
}
async function readChild(reader2, source, child3) {
  const { registry, repository } = source;
  try {
    return await reader2.manifest({ registry, repository, digest: child3.digest });
  } catch (error2) {
    if (!(error2 instanceof OperationError) || error2.code !== "absent") throw error2;
    throw new OperationError("absent", `the source is incomplete: ${error2.message}`, {
      cause: error2,
      status: 404
    });
  }
}
function nodeOf(manifest, name) {
  const parsed2 = parseManifest(manifest, name);
  if (parsed2.kind === "image") {
    return { manifest, parsed: parsed2, children: [], blobs: [parsed2.config, ...parsed2.layers] };
  }
  const children = parsed2.manifests.filter(({ mediaType }) => isManifest(mediaType));
  for (const child3 of children) refuseUncopyable(child3.mediaType, `${name}, child ${child3.digest}`);
  return { manifest, parsed: parsed2, children, blobs: parsed2.manifests.filter((child3) => !children.includes(child3)) };
}
function checkDescriptors(nodes, name) {
  const blobs = /* @__PURE__ */ new Map();
  for (const node of nodes.values()) {
    for (const { digest, size } of node.blobs) {
      if ((blobs.get(digest) ?? size) !== size) throw twoSizes(name(node.manifest.digest), digest);
      blobs.set(digest, size);
    }
    for (const child3 of node.children) {
      const found = nodes.get(child3.digest)?.manifest;
      if (!found || found.bytes.length === child3.size && found.mediaType === child3.mediaType) continue;
      throw new OperationError(
        "mismatch",
        `${name(node.manifest.digest)}: its child ${child3.digest} is said to have ${child3.size} bytes of "${child3.mediaType}", but has ${found.bytes.length} bytes of "${found.mediaType}"; build and push the image anew`
      );
    }
  }
  if (blobs.size > MAX_BLOBS) throw tooMany(name([...nodes.keys()][0] ?? ""));
}
function twoSizes(name, digest) {
  return new OperationError(
    "mismatch",
    `${name}: the blob ${digest} is said to have two sizes; build and push the image anew`
  );
}
function childrenFirst(nodes, root) {
  const ordered = /* @__PURE__ */ new Set();
  const open5 = /* @__PURE__ */ new Set();
  const visit2 = (digest) => {
    const node = nodes.get(digest);
    if (!node || open5.has(digest) || ordered.has(node)) return;
    open5.add(digest);
    for (const child3 of node.children) visit2(child3.digest);
    ordered.add(node);
  };
  visit2(root);
  return [...ordered];
}
var MAX_DEPTH3, MAX_MANIFESTS, MAX_BLOBS, LANES;
var init_tree = __esm({
  "src/registry/tree.ts"() {
    "use strict";
    init_errors();
    init_pool();
    init_reference();
    init_manifest();
    init_media_types();
    MAX_DEPTH3 = 4;
    MAX_MANIFESTS = 1e3;
    MAX_BLOBS = 1e4;
    LANES = 8;
  }
});

// src/registry/facts.ts
async function readFacts(reader2, source, manifest, need) {
  const view = { reader: reader2, source, seen: /* @__PURE__ */ new Set() };
  const parsed2 = parse(view, manifest);
  const platforms = /* @__PURE__ */ new Set();
  let attestations = 0;
  const visit2 = async (node, depth) => {
    if (node.kind === "image") {
      const platform3 = need.platforms ? await platformInConfig(view, node) : null;
      if (platform3 && isRealPlatform(platform3)) platforms.add(formatPlatform(platform3));
      return;
    }
    for (const child3 of node.manifests) {
      if (isAttestation(child3)) attestations++;
      else if (child3.platform && !isIndex(child3.mediaType)) {
        if (isRealPlatform(child3.platform)) platforms.add(formatPlatform(child3.platform));
      } else if (need.platforms && isCopyable(child3.mediaType)) {
        const inner = await descend(view, child3, depth + 1);
        if (inner) await visit2(inner, depth + 1);
      }
    }
  };
  await visit2(parsed2, 1);
  const revision = need.revision ? await revisionOf({ ...view, seen: /* @__PURE__ */ new Set() }, parsed2, 1) : null;
  return { platforms: [...platforms], attestations, revision };
}
async function revisionOf(view, node, depth) {
  const annotated = fit(node.annotations.get(REVISION));
  if (annotated !== null) return annotated;
  if (node.kind === "image") return fit((await labelsOf(view, node)).get(REVISION));
  const first2 = node.manifests.find(
    (child4) => !isAttestation(child4) && isCopyable(child4.mediaType) && (!child4.platform || isRealPlatform(child4.platform))
  );
  const child3 = first2 && await descend(view, first2, depth + 1);
  return child3 ? revisionOf(view, child3, depth + 1) : null;
}
function fit(revision) {
  return revision === void 0 || revision === "" || revision.length > MAX_REVISION ? null : revision;
}
async function descend(view, child3, depth) {
  if (view.seen.has(child3.digest)) return null;
  view.seen.add(child3.digest);
  const ref = refOf(view, child3.digest);
  if (depth > MAX_DEPTH3) throw tooDeep(formatReference(ref));
  if (view.seen.size > MAX_MANIFESTS) throw tooMany(formatReference(ref));
  return parse(view, await view.reader.manifest(ref));
}
async function configOf(view, image3) {
  if (!IMAGE_CONFIGS.includes(image3.config.mediaType)) return {};
  const config = parseJson(await view.reader.blob(view.source, image3.config));
  return isObject(config) ? config : {};
}
async function platformInConfig(view, image3) {
  return platformOf(await configOf(view, image3));
}
async function labelsOf(view, image3) {
  const config = (await configOf(view, image3))["config"];
  return strings(isObject(config) ? config["Labels"] : void 0);
}
function parse(view, manifest) {
  return parseManifest(manifest, formatReference(refOf(view, manifest.digest)));
}
function refOf({ source: { registry, repository } }, digest) {
  return { registry, repository, digest };
}
var REVISION, MAX_REVISION, IMAGE_CONFIGS;
var init_facts = __esm({
  "src/registry/facts.ts"() {
    "use strict";
    init_reference();
    init_json();
    init_manifest();
    init_media_types();
    init_platforms3();
    init_tree();
    REVISION = "org.opencontainers.image.revision";
    MAX_REVISION = 256;
    IMAGE_CONFIGS = [
      "application/vnd.oci.image.config.v1+json",
      "application/vnd.docker.container.image.v1+json"
    ];
  }
});

// src/registry/once.ts
function once3(keep4) {
  const entries = /* @__PURE__ */ new Map();
  return {
    run(key, work) {
      const known = entries.get(key);
      if (known) return known;
      const drop = () => {
        if (entries.get(key) === promise) entries.delete(key);
      };
      const promise = work();
      entries.set(key, promise);
      promise.then(keep4 ? () => void 0 : drop, drop);
      return promise;
    },
    has: (key) => entries.has(key),
    forget: (key) => void entries.delete(key)
  };
}
function turns() {
  const tails = /* @__PURE__ */ new Map();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.then(
      () => void 0,
      () => void 0
    );
    tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
var init_once = __esm({
  "src/registry/once.ts"() {
    "use strict";
  }
});

// src/registry/put.ts
async function putTag(context, ref, manifest, previous) {
  const task = { doing: "write the tag", ref };
  for (let attempt2 = 1; ; attempt2++) {
    const answer = await putOnce(context, task, manifest, ref.tag, false);
    if ("response" in answer && isSuccess(answer.response)) return receipt(task, manifest, answer.response);
    if (!needsLook(answer)) throw reasonOf3(task, answer);
    const now = await lookByBody(context, ref);
    if (now.state === "present" && isOurs(manifest, now.digest)) return { subjectListed: false };
    const untouched = now.state === "absent" || now.state === "present" && now.digest === previous;
    if (!untouched || !isPassing(answer) || attempt2 === TRIES)
      throw verdict(task, manifest, answer, now, previous);
    await context.clock.sleep(context.clock.random() * PAUSE * 2 ** (attempt2 - 1));
  }
}
async function putByDigest(context, ref, manifest) {
  const task = { doing: "write the manifest", ref };
  const answer = await putOnce(context, task, manifest, ref.digest, true);
  if ("error" in answer) throw answer.error;
  if (isSuccess(answer.response)) return receipt(task, manifest, answer.response);
  if (isPartMissing(answer.response)) throw new PartUnknown(refusal(task, answer.response));
  throw refusal(task, answer.response);
}
async function putOnce(context, task, manifest, name, repeatable) {
  try {
    const response = await ask(context, task, {
      method: "PUT",
      repository: task.ref,
      path: `manifests/${name}`,
      // Exactly the media type: registries refuse parameters and anything that differs from the body's.
      headers: { "content-type": manifest.mediaType },
      body: manifest.bytes,
      access: "pull,push",
      maxBytes: MAX_ANSWER_BYTES,
      redirect: "refuse",
      repeatable
    });
    return { response };
  } catch (error2) {
    if (error2 instanceof OperationError) return { error: error2 };
    throw error2;
  }
}
function receipt(task, manifest, response) {
  const stored = response.headers["docker-content-digest"];
  if (stored !== void 0 && isDigest(stored) && !isOurs(manifest, stored)) {
    throw failure(
      "mismatch",
      task,
      `${task.ref.registry} took ${manifest.digest} (HTTP ${response.status}) but says that it stored ${stored}`,
      "look at the tag with another tool before anything else; the registry or a proxy changes what is pushed",
      { status: response.status }
    );
  }
  return { subjectListed: response.headers["oci-subject"] !== void 0 };
}
function needsLook(answer) {
  if ("error" in answer) return !["cancelled", "denied", "unsafe"].includes(answer.error.code);
  return answer.response.status !== 401;
}
function isPassing(answer) {
  if ("error" in answer) return ["unavailable", "timeout", "protocol"].includes(answer.error.code);
  const { status } = answer.response;
  return status === 408 || status === 429 || status >= 500 || isPartMissing(answer.response);
}
function isPartMissing(response) {
  return [400, 404].includes(response.status) && errorsOf(response).some(({ code: code2 }) => PART_UNKNOWN.includes(code2));
}
function verdict(task, manifest, answer, now, previous) {
  const reason = reasonOf3(task, answer);
  const status = reason.status === void 0 ? {} : { status: reason.status };
  if (now.state === "unknown") {
    return new OperationError(
      reason.code,
      `${reason.message}. Whether the tag was written cannot be told: ${messageOf(now.error)}`,
      { cause: reason, ...status }
    );
  }
  if (now.state === "absent") return reason;
  const held = `the tag holds ${now.digest}, not ${manifest.digest}`;
  if ("response" in answer && !isPassing(answer)) {
    return failure(
      "rejected",
      task,
      `${held}, and the registry refuses to move it: ${reason.message}`,
      immutabilityHint(task.ref.registry),
      {
        cause: reason,
        ...status
      }
    );
  }
  const who = now.digest === previous ? "the write did not go through" : "another writer was faster";
  return failure(
    "mismatch",
    task,
    `${held}; ${who}: ${reason.message}`,
    "find out who writes this tag, then run again",
    {
      cause: reason,
      ...status
    }
  );
}
function immutabilityHint(registry) {
  const known = quirksOf(registry).find(({ immutable }) => immutable !== void 0)?.immutable;
  return known ?? "if the tag is immutable or protected there, choose another tag or lift the rule";
}
function reasonOf3(task, answer) {
  return "error" in answer ? answer.error : refusal(task, answer.response);
}
function isSuccess(response) {
  return response.status >= 200 && response.status <= 202;
}
function isOurs(manifest, digest) {
  return digest === manifest.digest || digest === digestOf(manifest.bytes, algorithmOf(digest));
}
var TRIES, PAUSE, MAX_ANSWER_BYTES, PART_UNKNOWN, PartUnknown;
var init_put = __esm({
  "src/registry/put.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_answers();
    init_digest();
    init_existence();
    init_quirks();
    init_wire2();
    TRIES = 3;
    PAUSE = 500;
    MAX_ANSWER_BYTES = 64 * 1024;
    PART_UNKNOWN = ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"];
    PartUnknown = class extends Error {
      refusal;
      constructor(reason) {
        super(reason.message);
        this.refusal = reason;
      }
    };
  }
});

// src/registry/read.ts
async function readManifest(context, ref) {
  const manifest = await onceMore(() => fetchManifest(context, ref));
  parseManifest(manifest, nameOf(ref));
  return manifest;
}
async function fetchManifest(context, ref) {
  const task = { doing: "read the manifest", ref };
  const response = await ask(context, task, {
    method: "GET",
    repository: ref,
    path: `manifests/${"digest" in ref ? ref.digest : ref.tag}`,
    headers: { accept: COPY_ACCEPT },
    access: "pull",
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: "follow",
    repeatable: true
  });
  if (saysAbsent(response)) {
    throw failure("absent", task, "there is none (HTTP 404)", "check the name and that it was pushed", {
      status: 404
    });
  }
  if (response.status !== 200) throw refusal(task, response);
  const digest = verifiedDigest(task, ref, response);
  return { bytes: response.body, mediaType: mediaTypeOf(response), digest };
}
async function readBlob(context, source, descriptor3) {
  return onceMore(() => fetchBlob(context, source, descriptor3));
}
async function fetchBlob(context, source, descriptor3) {
  const task = { doing: "read the config", ref: { ...source, digest: descriptor3.digest } };
  const response = await ask(context, task, {
    method: "GET",
    repository: source,
    path: `blobs/${descriptor3.digest}`,
    access: "pull",
    maxBytes: Math.min(descriptor3.size, MAX_CONFIG_BYTES),
    redirect: "follow",
    repeatable: true
  });
  if (response.status === 404) {
    throw failure(
      "absent",
      task,
      `${source.registry} answered HTTP 404`,
      "the image is incomplete; push it again",
      { status: 404 }
    );
  }
  if (response.status !== 200) throw refusal(task, response);
  const digest = digestOf(response.body, algorithmOf(descriptor3.digest));
  if (digest !== descriptor3.digest || response.body.length !== descriptor3.size) {
    throw contradicted(
      task,
      `${response.body.length} bytes with digest ${digest} came back where ${descriptor3.size} were promised`
    );
  }
  return response.body;
}
function verifiedDigest(task, ref, response) {
  const header2 = response.headers["docker-content-digest"];
  const expected = "digest" in ref ? ref.digest : void 0;
  const digest = digestOf(response.body, algorithmOf(expected ?? ""));
  if (expected !== void 0 && digest !== expected) {
    throw contradicted(task, `the digest of what came back is ${digest}`);
  }
  if (header2 !== void 0 && isDigest(header2) && digestOf(response.body, algorithmOf(header2)) !== header2) {
    throw contradicted(task, `the registry says that the digest is ${header2} but sent bytes with ${digest}`);
  }
  return digest;
}
function contradicted(task, what) {
  return failure(
    "mismatch",
    task,
    what,
    "run again; if it stays, have the registry and any proxy before it looked at",
    {
      status: 200
    }
  );
}
function mediaTypeOf(response) {
  const served = bareMediaType(response.headers["content-type"]);
  if (served !== "") return served;
  const body = parseJson(response.body);
  return isObject(body) && typeof body["mediaType"] === "string" ? body["mediaType"] : "";
}
async function onceMore(read3) {
  try {
    return await read3();
  } catch (error2) {
    if (error2 instanceof OperationError && error2.code === "mismatch") return read3();
    throw error2;
  }
}
var MAX_CONFIG_BYTES;
var init_read = __esm({
  "src/registry/read.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_answers();
    init_digest();
    init_existence();
    init_json();
    init_manifest();
    init_media_types();
    init_wire2();
    MAX_CONFIG_BYTES = 4 * 1024 * 1024;
  }
});

// src/registry/reader.ts
function createReader(context) {
  const manifests = recent(MEMORY, ({ bytes: bytes2 }) => bytes2.length);
  const blobs = recent(MEMORY / 4, (bytes2) => bytes2.length);
  const manifestsUnderWay = once3(false);
  const blobsUnderWay = once3(false);
  return {
    manifest(ref) {
      const key = formatReference(ref);
      const known = "digest" in ref ? manifests.get(key) : void 0;
      if (known) return Promise.resolve(known);
      return manifestsUnderWay.run(key, async () => {
        const manifest = await readManifest(context, ref);
        const { registry, repository } = ref;
        manifests.set(formatReference({ registry, repository, digest: manifest.digest }), manifest);
        return manifest;
      });
    },
    blob(source, descriptor3) {
      const key = formatReference({
        registry: source.registry,
        repository: source.repository,
        digest: descriptor3.digest
      });
      const known = blobs.get(key);
      if (known) return Promise.resolve(known);
      return blobsUnderWay.run(key, async () => {
        const bytes2 = await readBlob(context, source, descriptor3);
        blobs.set(key, bytes2);
        return bytes2;
      });
    }
  };
}
function recent(capacity, sizeOf) {
  const entries = /* @__PURE__ */ new Map();
  let total = 0;
  const remove = (key) => {
    const value = entries.get(key);
    if (value === void 0) return;
    entries.delete(key);
    total -= sizeOf(value);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value === void 0) return void 0;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      entries.set(key, value);
      total += sizeOf(value);
      for (const oldest of entries.keys()) {
        if (total <= capacity) break;
        remove(oldest);
      }
    }
  };
}
var MEMORY;
var init_reader = __esm({
  "src/registry/reader.ts"() {
    "use strict";
    init_reference();
    init_once();
    init_read();
    MEMORY = 16 * 1024 * 1024;
  }
});

// src/registry/link.ts
function nextLink(header2) {
  let rest = header2 ?? "";
  for (; ; ) {
    const open5 = rest.indexOf("<");
    const close = rest.indexOf(">", open5);
    if (open5 < 0 || close < 0) return null;
    const target = rest.slice(open5 + 1, close).trim();
    const [parameters, after] = splitAtComma(rest.slice(close + 1));
    if (target !== "" && isNext(parameters)) return target;
    rest = after;
  }
}
function splitAtComma(text4) {
  let quoted2 = false;
  for (let at2 = 0; at2 < text4.length; at2++) {
    const char = text4[at2];
    if (quoted2 && char === "\\") at2++;
    else if (char === '"') quoted2 = !quoted2;
    else if (char === "," && !quoted2) return [text4.slice(0, at2), text4.slice(at2 + 1)];
  }
  return [text4, ""];
}
function isNext(parameters) {
  const relation = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === "rel");
  const names = (relation?.[2] ?? relation?.[3] ?? "").toLowerCase().split(/\s+/);
  return names.includes("next");
}
var PARAMETER;
var init_link = __esm({
  "src/registry/link.ts"() {
    "use strict";
    PARAMETER = /;\s*([\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/g;
  }
});

// src/registry/tags.ts
async function listTags(context, repository) {
  const task = { doing: "list the tags", ref: repository };
  const tags2 = /* @__PURE__ */ new Set();
  let path6 = `tags/list?n=${PAGE}`;
  let bytes2 = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const response = await ask(context, task, {
      method: "GET",
      repository,
      path: path6,
      headers: { accept: "application/json" },
      access: "pull",
      maxBytes: MAX_BYTES3 - bytes2,
      redirect: "follow",
      repeatable: true
    });
    if (saysAbsent(response)) return [...tags2];
    if (response.status !== 200) throw refusal(task, response);
    bytes2 += response.body.length;
    const known = tags2.size;
    for (const tag2 of tagsOf(task, response)) tags2.add(tag2);
    const next2 = nextLink(response.headers["link"]);
    if (next2 === null || tags2.size === known) return [...tags2];
    path6 = context.transport.resolve(response.url, next2);
  }
  throw failure(
    "protocol",
    task,
    `the list has more than ${MAX_PAGES} pages`,
    "remove tags that nobody needs",
    { status: 200 }
  );
}
function tagsOf(task, response) {
  const body = parseJson(response.body);
  const tags2 = isObject(body) ? body["tags"] ?? [] : void 0;
  if (!Array.isArray(tags2)) {
    throw failure(
      "protocol",
      task,
      `${task.ref.registry} answered HTTP 200 with something that is not a tag list`,
      "check that the host is a registry and that no proxy or login page answers in its place",
      { status: 200 }
    );
  }
  return tags2.filter(
    (tag2) => typeof tag2 === "string" && (isReservedTag(tag2) || parseTag(tag2).ok)
  );
}
var PAGE, MAX_PAGES, MAX_BYTES3;
var init_tags = __esm({
  "src/registry/tags.ts"() {
    "use strict";
    init_reference();
    init_answers();
    init_existence();
    init_json();
    init_link();
    init_wire2();
    PAGE = 1e3;
    MAX_PAGES = 200;
    MAX_BYTES3 = 16 * 1024 * 1024;
  }
});

// src/registry/attachments.ts
function createAttachments(context, reader2, referrers, children) {
  const findFor = async (source, digest) => {
    const { registry, repository } = source;
    const tags2 = await pool(cosignTags(digest), LANES2, async (tag2) => {
      const ref = { registry, repository, tag: tag2 };
      const found = await lookByBody(context, ref);
      if (found.state === "unknown") {
        throwUnlessSettled(found.error);
        context.log.warning(`whether ${formatReference(ref)} exists cannot be told: ${found.error.message}`);
      }
      return found.state === "present" ? [ref] : [];
    });
    const listed2 = await referrers.list(source, digest);
    return [...tags2.flat(), ...listed2.map((entry) => ({ registry, repository, digest: entry.digest }))];
  };
  const open5 = async (source, ref) => {
    try {
      const root = await reader2.manifest(ref);
      return { ref, nodes: await readTree(reader2, source, root), problem: null };
    } catch (error2) {
      return { ref, nodes: null, problem: throwUnlessSettled(error2) };
    }
  };
  const carryOne = async (source, destination, { ref, nodes, problem }, tally) => {
    if (nodes === null) throw problem ?? new Error("an attachment without content has no problem");
    const root = nodes.at(-1);
    if (!("tag" in ref) || !root) return children.bring(source, destination, nodes, tally);
    await children.bring(source, destination, nodes.slice(0, -1), tally);
    await children.bringParts(source, destination, root, tally);
    await writeOnce(context, { ...repositoryOf(destination), tag: ref.tag }, root.manifest);
  };
  return {
    async find(source, digests) {
      const seen = new Set(digests);
      const found = /* @__PURE__ */ new Map();
      let round = digests;
      for (let depth = 1; depth <= MAX_ROUNDS && round.length > 0; depth++) {
        const refs = (await pool(round, LANES2, (digest) => findFor(source, digest))).flat();
        const fresh = [...new Map(refs.map((ref) => [formatReference(ref), ref])).values()].filter(
          (ref) => !found.has(formatReference(ref))
        );
        if (found.size + fresh.length > MAX_ATTACHMENTS) throw tooMany2(source);
        const opened2 = await pool(fresh, LANES2, (ref) => open5(source, ref));
        for (const attachment of opened2) found.set(formatReference(attachment.ref), attachment);
        round = opened2.flatMap(({ nodes }) => nodes?.at(-1)?.manifest.digest ?? []).filter((digest) => !seen.has(digest));
        for (const digest of round) seen.add(digest);
      }
      return [...found.values()];
    },
    async carry(source, destination, found, tally, strict) {
      let carried = 0;
      await pool(found, LANES2, async (attachment) => {
        try {
          await carryOne(source, destination, attachment, tally);
          carried++;
        } catch (error2) {
          const settled = throwUnlessSettled(error2);
          if (strict) throw settled;
          context.log.warning(
            `${formatReference(attachment.ref)} is not carried to ${formatRepository(destination)}: ${settled.message}`
          );
        }
      });
      return carried;
    }
  };
}
async function writeOnce(context, ref, manifest) {
  const now = await lookByBody(context, ref);
  if (now.state === "unknown") throw now.error;
  if (now.state === "absent") {
    await putTag(context, ref, manifest, null);
    return;
  }
  if (now.digest === manifest.digest) return;
  throw new OperationError(
    "mismatch",
    `${formatReference(ref)} holds ${now.digest}, the source has ${manifest.digest}; it is not overwritten: compare the two and remove the one that is wrong`
  );
}
function throwUnlessSettled(error2) {
  if (error2 instanceof OperationError && !["unavailable", "timeout", "cancelled"].includes(error2.code))
    return error2;
  throw error2;
}
function tooMany2(source) {
  return new OperationError(
    "mismatch",
    `${formatRepository(source)}: more than ${MAX_ATTACHMENTS} things are attached to the image; remove what nobody needs`
  );
}
function repositoryOf({ registry, repository }) {
  return { registry, repository };
}
var MAX_ROUNDS, MAX_ATTACHMENTS, LANES2;
var init_attachments = __esm({
  "src/registry/attachments.ts"() {
    "use strict";
    init_errors();
    init_pool();
    init_reference();
    init_digest();
    init_existence();
    init_put();
    init_tree();
    MAX_ROUNDS = 3;
    MAX_ATTACHMENTS = 1e3;
    LANES2 = 8;
  }
});

// src/registry/blob-presence.ts
async function isThere(context, repository, blob2) {
  return await statusOf(context, repository, blob2, "pull,push") === 200;
}
async function checkSource(context, source, blob2) {
  const status = await statusOf(context, source, blob2, "pull");
  if (status !== 404) return;
  throw failure(
    "absent",
    taskOf2("find the blob", source, blob2),
    `the source is incomplete: ${source.registry} answered HTTP 404`,
    "push the source image again",
    { status }
  );
}
async function statusOf(context, repository, blob2, access2) {
  const task = taskOf2("find the blob", repository, blob2);
  const head = await ask(context, task, {
    method: "HEAD",
    repository,
    path: `blobs/${blob2.digest}`,
    access: access2,
    maxBytes: 0,
    redirect: "follow",
    repeatable: true
  });
  const length = head.headers["content-length"];
  if (head.status === 200 && length !== void 0 && Number(length) !== blob2.size) {
    throw failure(
      "mismatch",
      task,
      `it has ${length} bytes where the manifest promises ${blob2.size}`,
      "build and push the image anew",
      {
        status: 200
      }
    );
  }
  return head.status;
}
function taskOf2(doing, repository, blob2) {
  return {
    doing,
    ref: { registry: repository.registry, repository: repository.repository, digest: blob2.digest }
  };
}
var init_blob_presence = __esm({
  "src/registry/blob-presence.ts"() {
    "use strict";
    init_answers();
    init_wire2();
  }
});

// src/registry/mount.ts
async function mountBlob(context, source, destination, blob2) {
  try {
    const response = await ask(context, taskOf2("mount the blob", destination, blob2), {
      method: "POST",
      repository: destination,
      path: `blobs/uploads/?mount=${encodeURIComponent(blob2.digest)}&from=${encodeURIComponent(source.repository)}`,
      body: new Uint8Array(0),
      access: "pull,push",
      alsoPull: source,
      maxBytes: 64 * 1024,
      redirect: "refuse",
      repeatable: true
    });
    if (response.status === 201) return "mounted";
    const location = response.headers["location"];
    return response.status === 202 && location !== void 0 ? context.transport.resolve(response.url, location) : "refused";
  } catch (error2) {
    if (error2 instanceof OperationError && !["cancelled", "timeout"].includes(error2.code)) return "refused";
    throw error2;
  }
}
async function cancelUpload(context, destination, session) {
  const task = { doing: "cancel the upload", ref: destination };
  try {
    await ask(context, task, {
      method: "DELETE",
      repository: destination,
      path: session,
      access: "pull,push",
      maxBytes: 64 * 1024,
      redirect: "refuse",
      repeatable: false
    });
  } catch (error2) {
    if (!(error2 instanceof OperationError) || error2.code === "cancelled") throw error2;
  }
}
var init_mount = __esm({
  "src/registry/mount.ts"() {
    "use strict";
    init_errors();
    init_blob_presence();
    init_wire2();
  }
});

// src/registry/verified-stream.ts
function verifying(name, expected) {
  const hash = hasherFor(expected.digest);
  let held = null;
  let count = 0;
  return new import_node_stream3.Transform({
    transform(piece, _encoding, done) {
      hash.update(piece);
      count += piece.length;
      const ready = held;
      held = piece;
      if (ready) this.push(ready);
      done();
    },
    flush(done) {
      const algorithm = expected.digest.split(":", 1)[0] ?? "";
      const digest = `${algorithm}:${hash.digest("hex")}`;
      if (count !== expected.size || digest !== expected.digest) {
        done(
          new OperationError(
            "mismatch",
            `${name}: ${count} bytes with digest ${digest} came back where ${expected.size} were promised; run again; if it stays, have the registry and any proxy before it looked at`
          )
        );
        return;
      }
      done(null, held);
    }
  });
}
var import_node_stream3;
var init_verified_stream = __esm({
  "src/registry/verified-stream.ts"() {
    "use strict";
    import_node_stream3 = require("node:stream");
    init_errors();
    init_digest();
  }
});

// src/registry/upload.ts
async function uploadBlob(context, source, destination, blob2, session) {
  const task = taskOf2("upload the blob", destination, blob2);
  let location = session;
  for (let attempt2 = 1; ; attempt2++) {
    location ??= await beginUpload(context, task, destination);
    const problem = await tryUpload(context, task, source, destination, blob2, location);
    if (problem === null) return;
    if (attempt2 === TRIES2 || !isPassing2(problem)) throw problem;
    context.log.debug(`${problem.message}; trying again`);
    await context.clock.sleep(context.clock.random() * PAUSE2 * 2 ** (attempt2 - 1));
    if (await isThere(context, destination, blob2)) return;
    location = null;
  }
}
async function beginUpload(context, task, destination) {
  const response = await ask(context, task, {
    method: "POST",
    repository: destination,
    path: "blobs/uploads/",
    body: new Uint8Array(0),
    access: "pull,push",
    maxBytes: MAX_ANSWER_BYTES2,
    redirect: "refuse",
    repeatable: true
  });
  const location = response.headers["location"];
  if (response.status !== 202) throw refusal(task, response);
  if (location === void 0) {
    throw failure("protocol", task, "HTTP 202 came without a Location", "have the registry looked at", {
      status: 202
    });
  }
  try {
    return context.transport.resolve(response.url, location);
  } catch (error2) {
    throw inContext(task, error2);
  }
}
async function tryUpload(context, task, source, destination, blob2, location) {
  const reading = sourceOf3(context, source, blob2);
  try {
    const response = await ask(context, task, {
      method: "PUT",
      repository: destination,
      path: withDigest(location, blob2.digest),
      headers: { "content-type": "application/octet-stream" },
      body: { length: blob2.size, open: () => reading.open() },
      access: "pull,push",
      maxBytes: MAX_ANSWER_BYTES2,
      redirect: "refuse",
      repeatable: false
    });
    if (response.status >= 200 && response.status < 300) return wrongDigest(task, blob2, response);
    return reading.problem() ?? refusal(task, response);
  } catch (error2) {
    const cause = reading.problem() ?? error2;
    if (cause instanceof OperationError) return cause;
    throw cause;
  }
}
function sourceOf3(context, source, blob2) {
  const task = taskOf2("read the blob", source, blob2);
  let problem = null;
  const note = (error2) => {
    problem = error2 instanceof OperationError ? error2 : failure("unavailable", task, messageOf(error2), "run again", { cause: error2 });
    return problem;
  };
  return {
    problem: () => problem,
    async open() {
      problem = null;
      try {
        const stream = await openBlob(context, task, source, blob2);
        const checked = verifying(nameOf(task.ref), blob2);
        stream.once("error", (error2) => note(inContext(task, error2)));
        checked.once("error", (error2) => problem ?? note(error2));
        return (0, import_node_stream4.pipeline)(stream, checked, () => void 0);
      } catch (error2) {
        throw note(inContext(task, error2));
      }
    }
  };
}
async function openBlob(context, task, source, blob2) {
  const response = await context.transport.stream({
    method: "GET",
    repository: source,
    path: `blobs/${blob2.digest}`,
    access: "pull",
    maxBytes: blob2.size,
    redirect: "follow",
    repeatable: true
  });
  if (response.status === 200) return response.stream;
  const { stream, ...rest } = response;
  const answer = { ...rest, body: await (0, import_consumers.buffer)(stream) };
  if (response.status !== 404) throw refusal(task, answer);
  throw failure(
    "absent",
    task,
    `the source is incomplete: ${source.registry} answered HTTP 404`,
    "push the source image again",
    {
      status: 404
    }
  );
}
function withDigest(location, digest) {
  const url = new URL(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}
function wrongDigest(task, blob2, response) {
  const stored = response.headers["docker-content-digest"];
  if (stored === void 0 || stored === blob2.digest || stored.split(":", 1)[0] !== blob2.digest.split(":", 1)[0])
    return null;
  return failure(
    "mismatch",
    task,
    `HTTP ${response.status} says that ${stored} was stored`,
    "have the registry and any proxy before it looked at",
    {
      status: response.status
    }
  );
}
function isPassing2(problem) {
  if (problem.status !== void 0 && FINAL.includes(problem.status)) return false;
  return !["cancelled", "denied", "unsafe", "absent"].includes(problem.code);
}
var import_node_stream4, import_consumers, TRIES2, PAUSE2, MAX_ANSWER_BYTES2, FINAL;
var init_upload2 = __esm({
  "src/registry/upload.ts"() {
    "use strict";
    import_node_stream4 = require("node:stream");
    import_consumers = require("node:stream/consumers");
    init_errors();
    init_answers();
    init_blob_presence();
    init_verified_stream();
    init_wire2();
    TRIES2 = 3;
    PAUSE2 = 500;
    MAX_ANSWER_BYTES2 = 64 * 1024;
    FINAL = [401, 402, 403, 405, 413, 507];
  }
});

// src/registry/blobs.ts
function createBlobs(context) {
  const brought = once3(true);
  const checked = once3(true);
  return {
    async bring(source, destination, blob2, tally) {
      await brought.run(
        keyOf2(destination, blob2.digest),
        () => bring2(context, source, destination, blob2, tally)
      );
    },
    async check(source, blob2) {
      await checked.run(
        `${keyOf2(source, blob2.digest)} ${blob2.size}`,
        () => checkSource(context, source, blob2)
      );
    },
    forget: (destination, digest) => brought.forget(keyOf2(destination, digest))
  };
}
function isForeign(blob2) {
  return isNonDistributable(blob2.mediaType) && blob2.urls.length > 0;
}
async function bring2(context, source, destination, blob2, tally) {
  const near = source.registry === destination.registry;
  if (!near && isForeign(blob2)) return;
  const mount = near ? await mountBlob(context, source, destination, blob2) : "refused";
  if (mount === "mounted") {
    tally.mounted++;
    return;
  }
  if (isForeign(blob2)) {
    if (mount !== "refused") await cancelUpload(context, destination, mount);
    return;
  }
  if (mount === "refused" && await isThere(context, destination, blob2)) return;
  try {
    await uploadBlob(context, source, destination, blob2, mount === "refused" ? null : mount);
  } catch (error2) {
    if (blob2.urls.length > 0 && error2 instanceof OperationError && error2.code === "absent") return;
    throw error2;
  }
  tally.uploaded++;
  tally.bytes += blob2.size;
}
function keyOf2(repository, digest) {
  return `${formatRepository(repository)}@${digest}`;
}
var init_blobs = __esm({
  "src/registry/blobs.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_blob_presence();
    init_media_types();
    init_mount();
    init_once();
    init_upload2();
  }
});

// src/registry/children.ts
function createChildren(context, blobs, referrers) {
  const brought = once3(true);
  const bringOne = async (source, destination, node, tally) => {
    const ref = {
      registry: destination.registry,
      repository: destination.repository,
      digest: node.manifest.digest
    };
    let listed2 = false;
    if (!await isManifestThere(context, ref)) {
      listed2 = await write3(ref, node, () => bringAgain(source, destination, node, tally));
    }
    if (!listed2) await referrers.register(destination, node);
  };
  const write3 = async (ref, node, again) => {
    try {
      return (await putByDigest(context, ref, node.manifest)).subjectListed;
    } catch (error2) {
      if (!(error2 instanceof PartUnknown)) throw error2;
      context.log.debug(`${error2.message}; trying again`);
    }
    await context.clock.sleep(context.clock.random() * PAUSE3);
    await again();
    try {
      return (await putByDigest(context, ref, node.manifest)).subjectListed;
    } catch (error2) {
      throw error2 instanceof PartUnknown ? error2.refusal : error2;
    }
  };
  const bringAgain = async (source, destination, node, tally) => {
    for (const { digest } of node.blobs) blobs.forget(destination, digest);
    await bringBlobs(source, destination, [node], tally);
    await pool(node.children, LANES3, async ({ digest }) => {
      const { registry, repository } = destination;
      await isManifestThere(context, { registry, repository, digest });
    });
  };
  const bringBlobs = async (source, destination, nodes, tally) => {
    const needed = new Map(nodes.flatMap((node) => node.blobs).map((blob2) => [blob2.digest, blob2]));
    await pool([...needed.values()], LANES3, (blob2) => blobs.bring(source, destination, blob2, tally));
  };
  const bringManifest = async (source, destination, node, tally) => {
    const key = `${formatRepository(destination)}@${node.manifest.digest}`;
    await brought.run(key, () => bringOne(source, destination, node, tally));
  };
  return {
    async bring(source, destination, nodes, tally) {
      await bringBlobs(source, destination, nodes, tally);
      const images2 = nodes.filter(({ children }) => children.length === 0);
      await pool(images2, LANES3, (node) => bringManifest(source, destination, node, tally));
      for (const node of nodes) {
        if (node.children.length > 0) await bringManifest(source, destination, node, tally);
      }
    },
    bringParts: (source, destination, node, tally) => bringBlobs(source, destination, [node], tally)
  };
}
async function isManifestThere(context, ref) {
  const task = { doing: "look for the manifest", ref };
  const head = await ask(context, task, {
    method: "HEAD",
    repository: ref,
    path: `manifests/${ref.digest}`,
    headers: { accept: LOOK_ACCEPT },
    access: "pull,push",
    maxBytes: MAX_MANIFEST_BYTES,
    redirect: "follow",
    repeatable: true
  });
  if (head.status === 429 || head.status >= 500) throw refusal(task, head);
  const stored = head.headers["docker-content-digest"];
  return head.status === 200 && (stored === void 0 || stored === ref.digest);
}
var LANES3, PAUSE3;
var init_children = __esm({
  "src/registry/children.ts"() {
    "use strict";
    init_pool();
    init_reference();
    init_answers();
    init_manifest();
    init_media_types();
    init_once();
    init_put();
    init_wire2();
    LANES3 = 6;
    PAUSE3 = 500;
  }
});

// src/registry/referrers.ts
function createReferrers(context) {
  const without = /* @__PURE__ */ new Set();
  const pages = once3(false);
  const inTurn = turns();
  const byApi = async (repository, digest) => {
    const name = formatRepository(repository);
    if (without.has(name)) return null;
    const found = await pages.run(`${name}@${digest}`, () => askApi(context, repository, digest));
    if (found === null) without.add(name);
    return found;
  };
  return {
    async list(repository, digest) {
      const found = await byApi(repository, digest);
      if (found !== null) return found;
      const held = await readFallback(context, fallbackRef(repository, digest));
      return held === null ? [] : held.entries;
    },
    async register(repository, node) {
      const subject = node.parsed.subject?.digest;
      if (subject === void 0 || await byApi(repository, subject) !== null) return;
      const ref = fallbackRef(repository, subject);
      await inTurn(nameOf(ref), () => addToFallback(context, ref, node));
    }
  };
}
async function askApi(context, repository, digest) {
  const task = {
    doing: "list what is attached",
    ref: { registry: repository.registry, repository: repository.repository, digest }
  };
  const found = /* @__PURE__ */ new Map();
  let path6 = `referrers/${digest}`;
  for (let page = 1; page <= MAX_PAGES2; page++) {
    const response = await ask(context, task, {
      method: "GET",
      repository,
      path: path6,
      headers: { accept: OCI_INDEX },
      access: "pull",
      maxBytes: MAX_MANIFEST_BYTES,
      redirect: "follow",
      repeatable: true
    });
    if (response.status === 429 || response.status >= 500) throw refusal(task, response);
    const isList = response.status === 200 && bareMediaType(response.headers["content-type"]) === OCI_INDEX;
    if (!isList && page === 1) return null;
    if (!isList) throw refusal(task, response);
    const known = found.size;
    for (const entry of entriesOf(response.body, nameOf(task.ref))) found.set(entry.digest, entry);
    const next2 = nextLink(response.headers["link"]);
    if (next2 === null || found.size === known) return [...found.values()];
    path6 = context.transport.resolve(response.url, next2);
  }
  throw failure("protocol", task, `the list has more than ${MAX_PAGES2} pages`, "remove what nobody needs", {
    status: 200
  });
}
function fallbackRef({ registry, repository }, digest) {
  return { registry, repository, tag: referrersTag(digest) };
}
async function readFallback(context, ref) {
  try {
    const manifest = await readManifest(context, ref);
    const body = parseJson(manifest.bytes);
    return {
      digest: manifest.digest,
      body: isObject(body) ? body : {},
      entries: entriesOf(manifest.bytes, nameOf(ref), manifest.mediaType)
    };
  } catch (error2) {
    if (error2 instanceof OperationError && error2.code === "absent") return null;
    throw error2;
  }
}
async function addToFallback(context, ref, node) {
  const held = await readFallback(context, ref);
  if (held?.entries.some(({ digest }) => digest === node.manifest.digest)) return;
  const body = {
    ...held?.body ?? { schemaVersion: 2, mediaType: OCI_INDEX },
    manifests: [...held?.entries.map(({ raw }) => raw) ?? [], entryFor(node)]
  };
  const bytes2 = Buffer.from(JSON.stringify(body));
  const index2 = { bytes: bytes2, mediaType: OCI_INDEX, digest: digestOf(bytes2) };
  await putTag(context, ref, index2, held?.digest ?? null);
}
function entryFor({ manifest, parsed: parsed2 }) {
  const artifactType = parsed2.artifactType || (parsed2.kind === "image" ? parsed2.config.mediaType : "");
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.length,
    ...artifactType === "" ? {} : { artifactType },
    ...parsed2.annotations.size === 0 ? {} : { annotations: Object.fromEntries(parsed2.annotations) }
  };
}
function entriesOf(bytes2, name, mediaType = OCI_INDEX) {
  const parsed2 = parseManifest({ bytes: bytes2, mediaType, digest: "" }, name);
  if (parsed2.kind !== "index" || mediaType !== OCI_INDEX) {
    throw new OperationError(
      "mismatch",
      `${name}: this should list what is attached, but is no OCI index; remove it or move it away`
    );
  }
  const entries = parsed2.manifests.filter(({ digest }) => isDigest(digest));
  if (entries.length <= MAX_REFERRERS) return entries;
  throw new OperationError(
    "mismatch",
    `${name}: more than ${MAX_REFERRERS} things are attached; remove what nobody needs`
  );
}
var MAX_PAGES2, MAX_REFERRERS;
var init_referrers = __esm({
  "src/registry/referrers.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_answers();
    init_digest();
    init_json();
    init_link();
    init_manifest();
    init_media_types();
    init_once();
    init_put();
    init_read();
    init_wire2();
    MAX_PAGES2 = 100;
    MAX_REFERRERS = 1e3;
  }
});

// src/registry/transfer.ts
function createTransfer(context, reader2) {
  const blobs = createBlobs(context);
  const referrers = createReferrers(context);
  const children = createChildren(context, blobs, referrers);
  const attachments = createAttachments(context, reader2, referrers, children);
  const findAttached = async (source, nodes, mode) => {
    if (mode === "ignore") return [];
    const found = await attachments.find(
      source,
      nodes.map(({ manifest }) => manifest.digest)
    );
    if (mode === "require" && found.length === 0) {
      throw new OperationError(
        "absent",
        `${formatReference(source)}: no signature, attestation or SBOM is attached, but "attachments: require" asks for one; sign the source image, or set "attachments: copy"`
      );
    }
    return found;
  };
  const checkMountable = async (source, destination, nodes) => {
    if (source.registry !== destination.registry) return;
    const needed = new Map(nodes.flatMap((node) => node.blobs).map((blob2) => [blob2.digest, blob2]));
    const own = [...needed.values()].filter((blob2) => !isForeign(blob2) && blob2.urls.length === 0);
    await pool(own, LANES4, (blob2) => blobs.check(source, blob2));
  };
  const transfer = async (source, manifest, destination, mode) => {
    const here = sameRepository(source, destination);
    if (here && mode !== "require") return report([], 0, { mounted: 0, uploaded: 0, bytes: 0 });
    const nodes = await readTree(reader2, source, manifest);
    const found = await findAttached(source, nodes, mode);
    const tally = { mounted: 0, uploaded: 0, bytes: 0 };
    if (here) return report(found, found.length, tally);
    await checkMountable(source, destination, nodes);
    await children.bring(source, destination, nodes.slice(0, -1), tally);
    const root = nodes.at(-1);
    if (root) await children.bringParts(source, destination, root, tally);
    const carried = await attachments.carry(source, destination, found, tally, mode === "require");
    return report(found, carried, tally);
  };
  return {
    referrers,
    async transfer(source, manifest, destination, mode) {
      try {
        return await transfer(source, manifest, destination, mode);
      } catch (error2) {
        throw named(error2, destination);
      }
    }
  };
}
function named(error2, destination) {
  if (!(error2 instanceof OperationError)) return error2;
  return new OperationError(
    error2.code,
    `copying to ${formatRepository(destination)} stopped: ${error2.message}`,
    {
      cause: error2,
      ...error2.status === void 0 ? {} : { status: error2.status }
    }
  );
}
function report(found, carried, tally) {
  return {
    attachmentsFound: found.length,
    attachmentsCarried: carried,
    blobsMounted: tally.mounted,
    blobsUploaded: tally.uploaded,
    bytes: tally.bytes
  };
}
var LANES4;
var init_transfer = __esm({
  "src/registry/transfer.ts"() {
    "use strict";
    init_errors();
    init_pool();
    init_reference();
    init_attachments();
    init_blobs();
    init_children();
    init_referrers();
    init_tree();
    LANES4 = 8;
  }
});

// src/registry/registry.ts
function createRegistry(transport, options) {
  const context = { transport, clock: options.clock, log: options.log };
  const reader2 = createReader(context);
  const { transfer, referrers } = createTransfer(context, reader2);
  const looks = once3(false);
  const lists = once3(false);
  const announce = async (ref, manifest) => {
    const parsed2 = parseManifest(manifest, formatReference(ref));
    if (parsed2.subject === null) return;
    const byDigest = { registry: ref.registry, repository: ref.repository, digest: manifest.digest };
    const { subjectListed } = await putByDigest(context, byDigest, manifest);
    if (!subjectListed) await referrers.register(ref, { manifest, parsed: parsed2 });
  };
  return {
    look: (ref) => looks.run(formatReference(ref), () => look(context, ref)),
    lookAgain: (ref) => lookByBody(context, ref),
    manifest: (ref) => reader2.manifest(ref),
    facts: (source, manifest, need) => readFacts(reader2, source, manifest, need),
    transfer,
    async put(ref, manifest, previous) {
      try {
        if ("digest" in ref) await putByDigest(context, ref, manifest);
        else {
          await announce(ref, manifest);
          await putTag(context, ref, manifest, previous);
        }
      } catch (error2) {
        throw error2 instanceof PartUnknown ? error2.refusal : error2;
      } finally {
        looks.forget(formatReference(ref));
      }
    },
    tags: (repository) => lists.run(formatRepository(repository), () => listTags(context, repository)),
    usage: () => transport.usage(),
    close: () => transport.close()
  };
}
var init_registry = __esm({
  "src/registry/registry.ts"() {
    "use strict";
    init_reference();
    init_existence();
    init_facts();
    init_manifest();
    init_once();
    init_put();
    init_reader();
    init_tags();
    init_transfer();
  }
});

// src/adapters.ts
function realRegistry(settings) {
  const { env, log, signal } = settings;
  const transport = createTransport({
    clock: systemClock,
    env,
    credentials: createCredentials({
      env,
      githubToken: settings.githubToken,
      githubActor: env["GITHUB_ACTOR"] ?? "",
      signal
    }),
    insecureRegistries: settings.insecureRegistries,
    concurrency: settings.concurrency,
    deadline: signal,
    userAgent: `retag/${VERSION}`,
    log,
    anonymous: settings.anonymous,
    onSecret: settings.onSecret
  });
  return createRegistry(transport, { clock: systemClock, log });
}
function parseConcurrency(text4) {
  const value = Number(text4);
  if (!/^\d+$/.test(text4.trim()) || value < 1 || value > MOST_CONCURRENCY) {
    throw new UserError({
      what: `concurrency: "${text4}" is not a number of requests`,
      mend: `give a whole number from 1 to ${MOST_CONCURRENCY}`
    });
  }
  return value;
}
function parseInsecureHosts(hosts) {
  const wrong = hosts.filter((host) => {
    const parsed2 = parseRepository(`${host}/x`);
    return !parsed2.ok || parsed2.value.registry !== host.toLowerCase() && parsed2.value.registry !== "docker.io";
  });
  if (wrong.length > 0) {
    throw new UserError(
      wrong.map((host) => ({
        what: `insecure-registries: "${host}" is not a registry host`,
        mend: 'write it as "host" or "host:port", without a scheme'
      }))
    );
  }
  return hosts;
}
var MOST_CONCURRENCY;
var init_adapters = __esm({
  "src/adapters.ts"() {
    "use strict";
    init_errors();
    init_reference();
    init_credentials();
    init_transport();
    init_registry();
    init_clock();
    init_version();
    MOST_CONCURRENCY = 256;
  }
});

// src/system/deadline.ts
function startDeadline(timeoutMs, timeoutText) {
  const controller = new AbortController();
  let code2 = null;
  const timer = setTimeout(() => {
    const text4 = `the time limit of ${timeoutText} for the whole run has passed; raise timeout, or run again: what is done is kept`;
    controller.abort(new OperationError("timeout", text4));
  }, timeoutMs);
  timer.unref();
  const stop = (name) => {
    const second = code2 !== null;
    code2 = name === "SIGINT" ? 130 : 143;
    if (second) process.exit(code2);
    controller.abort(new OperationError("cancelled", `stopped by ${name}; run again to complete`));
  };
  const onInt = () => stop("SIGINT");
  const onTerm = () => stop("SIGTERM");
  process.on("SIGINT", onInt);
  process.on("SIGTERM", onTerm);
  return {
    signal: controller.signal,
    exitCode: () => code2,
    release: () => {
      clearTimeout(timer);
      process.off("SIGINT", onInt);
      process.off("SIGTERM", onTerm);
    }
  };
}
function parseDuration2(text4, what) {
  const [, number2 = "", unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text4.trim()) ?? [];
  const ms = Number(number2) * (UNITS2[unit] ?? Number.NaN);
  if (number2 === "" || !(ms > 0) || ms > MOST) {
    throw new UserError({
      what: `${what}: "${text4}" is not a duration`,
      mend: "write it as 90s, 30m or 1h; at most 24h"
    });
  }
  return ms;
}
var UNITS2, MOST;
var init_deadline = __esm({
  "src/system/deadline.ts"() {
    "use strict";
    init_errors();
    UNITS2 = { ms: 1, s: 1e3, m: 6e4, h: 36e5 };
    MOST = 24 * 36e5;
  }
});

// src/workspace/glob.ts
function isGlob(pattern) {
  return /[*?]/.test(pattern);
}
async function expandGlob(base, pattern) {
  const segments = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
  const found = await walk(base, segments);
  return [...new Set(found)];
}
async function walk(folder, segments) {
  const [segment, ...rest] = segments;
  if (segment === void 0) return [];
  if (!isGlob(segment)) {
    const path6 = (0, import_node_path3.join)(folder, segment);
    return rest.length === 0 ? [path6] : walk(path6, rest);
  }
  const matches2 = segmentMatcher(segment);
  const found = segment === "**" && rest.length > 0 ? await walk(folder, rest) : [];
  for (const entry of await entriesOf2(folder)) {
    const path6 = (0, import_node_path3.join)(folder, entry.name);
    if (segment === "**") {
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...await walk(path6, segments));
      else if (rest.length === 0 && !entry.isDirectory()) found.push(path6);
    } else if (matches2(entry.name)) {
      if (rest.length === 0 && !entry.isDirectory()) found.push(path6);
      else if (rest.length > 0 && entry.isDirectory()) found.push(...await walk(path6, rest));
    }
  }
  return found;
}
async function entriesOf2(folder) {
  try {
    const entries = await (0, import_promises3.readdir)(folder, { withFileTypes: true });
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch {
    return [];
  }
}
function segmentMatcher(pattern) {
  return (name) => {
    let at2 = 0;
    let p = 0;
    let star = -1;
    let resume2 = 0;
    while (at2 < name.length) {
      if (pattern[p] === "*") {
        star = p;
        p += 1;
        resume2 = at2;
      } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[at2])) {
        p += 1;
        at2 += 1;
      } else if (star >= 0) {
        p = star + 1;
        resume2 += 1;
        at2 = resume2;
      } else {
        return false;
      }
    }
    while (pattern[p] === "*") p += 1;
    return p === pattern.length;
  };
}
var import_promises3, import_node_path3, SKIPPED;
var init_glob = __esm({
  "src/workspace/glob.ts"() {
    "use strict";
    import_promises3 = require("node:fs/promises");
    import_node_path3 = require("node:path");
    SKIPPED = /* @__PURE__ */ new Set([".git", "node_modules"]);
  }
});

// src/workspace/files.ts
async function readTagFiles(patterns, options) {
  const problems = [];
  const files = [];
  const seen = /* @__PURE__ */ new Set();
  for (const pattern of patterns.map((each) => each.trim()).filter((each) => each !== "")) {
    for (const path6 of await pathsFor(pattern, options, problems)) {
      const result = await readOne(path6, pattern, options, seen);
      if (result === void 0) continue;
      if ("what" in result) problems.push(result);
      else files.push(result);
    }
  }
  if (problems.length > 0) throw new UserError(problems);
  return files;
}
async function pathsFor(pattern, { cwd }, problems) {
  const literal2 = (0, import_node_path4.resolve)(cwd, pattern);
  if (!isGlob(pattern) || await exists(literal2)) return [literal2];
  const found = await expandGlob((0, import_node_path4.isAbsolute)(pattern) ? "/" : cwd, pattern);
  if (found.length === 0) {
    problems.push({
      what: `no file matches "${pattern}" in ${cwd}`,
      mend: 'check the pattern; "*" stays within a folder, "**" goes through folders'
    });
  }
  return found;
}
async function readOne(path6, pattern, options, seen) {
  const name = shownName2(path6, pattern, options);
  let file2;
  try {
    const real = await (0, import_promises4.realpath)(path6);
    if (seen.has(real)) return void 0;
    seen.add(real);
    if (!await isAllowed(real, options)) {
      return { what: `the tag file "${name}" lies outside the workspace`, mend: "keep it in the repository" };
    }
    file2 = await (0, import_promises4.open)(real, import_node_fs.constants.O_RDONLY | (import_node_fs.constants.O_NONBLOCK || 0));
    const stat2 = await file2.stat();
    if (stat2.isFile()) return { path: name, bytes: await readUpTo(file2, MAX_FILE_BYTES + 1) };
    const kind = stat2.isDirectory() ? "a directory" : "not a regular file";
    return {
      what: `the tag file "${name}" is ${kind}`,
      mend: 'give the path of a file, or a pattern such as "dir/*.yaml"'
    };
  } catch (error2) {
    return unreadable(error2, name, options);
  } finally {
    await file2?.close();
  }
}
function unreadable(error2, name, { cwd }) {
  const code2 = error2 instanceof Error && "code" in error2 ? String(error2.code) : "";
  if (code2 === "ENOENT" || code2 === "ENOTDIR") {
    return {
      what: `there is no tag file "${name}" in ${cwd}`,
      mend: "check the path, and that the repository is checked out before Retag runs"
    };
  }
  return {
    what: `the tag file "${name}" cannot be read: ${code2 || messageOf(error2)}`,
    mend: "check its permissions"
  };
}
async function isAllowed(real, { workspaceRoot, allowOutside }) {
  if (workspaceRoot === void 0 || allowOutside) return true;
  return isInside(await (0, import_promises4.realpath)(workspaceRoot), real);
}
function isInside(folder, path6) {
  const way = (0, import_node_path4.relative)(folder, path6);
  return way !== "" && way !== ".." && !way.startsWith(`..${import_node_path4.sep}`) && !(0, import_node_path4.isAbsolute)(way);
}
function shownName2(path6, pattern, { cwd, workspaceRoot }) {
  const base = workspaceRoot ?? cwd;
  const name = isInside(base, path6) ? (0, import_node_path4.relative)(base, path6) : isGlob(pattern) ? path6 : pattern;
  return name.replaceAll(import_node_path4.sep, "/");
}
async function readUpTo(file2, limit) {
  const pieces = [];
  let length = 0;
  while (length < limit) {
    const buffer2 = new Uint8Array(Math.min(limit - length, 256 * 1024));
    const { bytesRead } = await file2.read(buffer2, 0, buffer2.length);
    if (bytesRead === 0) break;
    pieces.push(buffer2.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(pieces);
}
async function exists(path6) {
  try {
    await (0, import_promises4.lstat)(path6);
    return true;
  } catch {
    return false;
  }
}
var import_node_fs, import_promises4, import_node_path4;
var init_files = __esm({
  "src/workspace/files.ts"() {
    "use strict";
    import_node_fs = require("node:fs");
    import_promises4 = require("node:fs/promises");
    import_node_path4 = require("node:path");
    init_config();
    init_errors();
    init_glob();
  }
});

// src/commands/session.ts
async function tagFiles(args, io) {
  const given2 = args.list("config");
  return readTagFiles(given2.length === 0 ? [DEFAULT_CONFIG2] : given2, { cwd: io.cwd });
}
async function withSession(args, io, body) {
  const log = logFor(args, io);
  const concurrency = parseConcurrency(args.text("concurrency") ?? "16");
  const timeout = args.text("timeout") ?? "30m";
  const insecureRegistries = parseInsecureHosts(args.list("insecure-registry"));
  const deadline = startDeadline(parseDuration2(timeout, "timeout"), timeout);
  const { signal } = deadline;
  const registry = realRegistry({
    env: io.env,
    log,
    signal,
    concurrency,
    insecureRegistries,
    anonymous: false,
    githubToken: "",
    onSecret: () => void 0
  });
  try {
    const code2 = await body({ log, registry, signal, concurrency });
    return deadline.exitCode() ?? code2;
  } catch (error2) {
    const code2 = fail(error2, io.stderr);
    return deadline.exitCode() ?? code2;
  } finally {
    registry.close();
    deadline.release();
  }
}
var DEFAULT_CONFIG2;
var init_session = __esm({
  "src/commands/session.ts"() {
    "use strict";
    init_adapters();
    init_deadline();
    init_files();
    init_output();
    DEFAULT_CONFIG2 = ".github/image-tags.yaml";
  }
});

// src/commands/tags.ts
var tags_exports = {};
__export(tags_exports, {
  tagsCommand: () => tagsCommand
});
function tagsCommand(args, io) {
  return withSession(args, io, async ({ log, registry, signal, concurrency }) => {
    const request = {
      command: args.command === "plan" ? "plan" : "apply",
      files: await tagFiles(args, io),
      force: args.list("force"),
      registryMap: args.list("registry-map"),
      concurrency,
      changesAsCode: args.is("exit-code")
    };
    const { report: report2, exitCode: exitCode2 } = await run(request, { registry, log, clock: systemClock, signal });
    const path6 = args.text("report");
    if (path6 !== void 0) await writeJson(path6, report2);
    if (args.is("json")) io.stdout.write(`${JSON.stringify(report2, null, 2)}
`);
    return exitCode2;
  });
}
var init_tags2 = __esm({
  "src/commands/tags.ts"() {
    "use strict";
    init_run();
    init_clock();
    init_write();
    init_session();
  }
});

// src/template.ts
function parseTemplate(source, loose = false) {
  const parts = [];
  let literalFrom = 0;
  const literal2 = (end) => {
    if (end > literalFrom)
      parts.push({ kind: "literal", text: source.slice(literalFrom, end), at: literalFrom });
  };
  for (let at2 = source.indexOf("{"); at2 >= 0; at2 = source.indexOf("{", at2 + 1)) {
    const end = source.indexOf("}", at2) + 1;
    const text4 = end > 0 ? source.slice(at2, end) : source.slice(at2);
    const [, name, type] = VARIABLE.exec(text4) ?? [];
    if (name === void 0) {
      if (loose) continue;
      const what = end > 0 ? `"${text4}" is not a variable` : 'a "{" has no "}"';
      return { ok: false, at: at2, what, mend: 'write "{name}" or "{name:12}"' };
    }
    literal2(at2);
    const width = type === void 0 || type === "text" ? null : Number(type);
    parts.push({ kind: "variable", name, width, source: text4, at: at2 });
    literalFrom = end;
    at2 = end - 1;
  }
  literal2(source.length);
  return { ok: true, value: { source, parts } };
}
function variablesOf(template) {
  return template.parts.filter((part) => part.kind === "variable");
}
function uses(template, name) {
  return template.parts.some((part) => part.kind === "variable" && part.name === name);
}
function renderPieces(template, lookup) {
  return template.parts.map((part) => {
    if (part.kind === "literal") return { kind: "text", text: part.text, foreign: false };
    const value = lookup(part);
    return value === null ? { kind: "hole", variable: part } : { kind: "text", ...value };
  });
}
function joinPieces(pieces) {
  return pieces.map((piece) => piece.kind === "text" ? piece.text : piece.variable.source).join("");
}
var VARIABLE;
var init_template = __esm({
  "src/template.ts"() {
    "use strict";
    VARIABLE = /^\{([A-Za-z][A-Za-z0-9_]*)(?::(\d{1,3}|text))?\}$/;
  }
});

// src/pattern.ts
function parsePattern(source) {
  if (source === "") return fail2(0, "the pattern is empty", 'write a name, fields or "*"');
  const parts = [];
  const seen = /* @__PURE__ */ new Set();
  for (let at2 = 0; at2 < source.length; ) {
    const end = endOfPart(source, at2);
    if (end < 0) return fail2(at2, 'a "{" has no "}"', "close the field, or leave the brace out");
    const text4 = source.slice(at2, end);
    const part = parsePart(text4, at2);
    if ("ok" in part) return part;
    if ("name" in part) {
      if (seen.has(part.name)) {
        return fail2(at2, `the field {${part.name}} is there twice`, "give each field a name of its own");
      }
      seen.add(part.name);
    }
    parts.push(part);
    at2 = end;
  }
  return { ok: true, value: { source, parts } };
}
function endOfPart(source, at2) {
  const first2 = source.charAt(at2);
  if (first2 === "{") return source.indexOf("}", at2) + 1 || -1;
  if (first2 === "*") return at2 + (source.charAt(at2 + 1) === "*" ? 2 : 1);
  let end = at2 + 1;
  while (end < source.length && source.charAt(end) !== "{" && source.charAt(end) !== "*") end += 1;
  return end;
}
function parsePart(text4, at2) {
  if (text4 === "*") return { kind: "segment", at: at2 };
  if (text4 === "**") return { kind: "any", at: at2 };
  if (!text4.startsWith("{")) return parseLiteral(text4, at2);
  const [, name, type] = FIELD.exec(text4.slice(1, -1)) ?? [];
  if (name === void 0) {
    return fail2(at2, `"${text4}" is not a field`, 'write "{name}", "{name:2}" or "{name:text}"');
  }
  if (type === "text") return { kind: "text", name, at: at2 };
  if (name === "date") {
    return type === void 0 ? { kind: "date", name, at: at2 } : fail2(at2, `"${text4}": a date has no width`, 'write "{date}": eight digits, a day of the calendar');
  }
  if (type === void 0) return { kind: "digits", name, width: null, at: at2 };
  const width = Number(type);
  if (Number.isInteger(width) && width >= 1 && width <= MAX_WIDTH) return { kind: "digits", name, width, at: at2 };
  return fail2(
    at2,
    `"${text4}" has neither a width nor a type that exists`,
    `write a width from 1 to ${MAX_WIDTH}, as in "{${name}:2}", or "{${name}:text}"`
  );
}
function parseLiteral(text4, at2) {
  const bad4 = text4.search(NEVER_IN_A_REF);
  if (bad4 < 0) return { kind: "literal", text: text4, at: at2 };
  const character = JSON.stringify(text4.charAt(bad4));
  return fail2(
    at2 + bad4,
    `${character} can be in no ref, so the pattern never matches`,
    'patterns know fields such as "{major}" for digits, "*" and "**", and no character classes'
  );
}
function fail2(at2, what, mend) {
  return { ok: false, at: at2, what, mend };
}
function fieldNames(pattern) {
  return pattern.parts.flatMap((part) => "name" in part ? [part.name] : []);
}
function matchPattern(pattern, text4, anyDate = false) {
  const { parts } = pattern;
  const first2 = parts[0];
  if (first2?.kind === "literal" && !text4.startsWith(first2.text)) return null;
  const table3 = fill(parts, text4, anyDate);
  const columns = text4.length + 1;
  if (table3[parts.length * columns + text4.length] !== 1) return null;
  const found = [];
  let end = text4.length;
  for (let i = parts.length - 1; i >= 0; i -= 1) {
    const part = parts[i];
    const start = startOfPart(part, end, (at2) => table3[i * columns + at2] === 1);
    if ("name" in part) found.push([part.name, text4.slice(start, end)]);
    end = start;
  }
  return Object.fromEntries(found.reverse());
}
function matchedPrefix(pattern, text4) {
  const table3 = fill(pattern.parts, text4, false);
  const columns = text4.length + 1;
  let furthest = 0;
  for (let at2 = 0; at2 < table3.length; at2 += 1) {
    if (table3[at2] === 1) furthest = Math.max(furthest, at2 % columns);
  }
  return furthest;
}
function fill(parts, text4, anyDate) {
  const columns = text4.length + 1;
  const table3 = new Uint8Array((parts.length + 1) * columns);
  table3[0] = 1;
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i];
    const from = i * columns;
    const to = from + columns;
    const width = widthOf(part);
    let running = false;
    let any = false;
    for (let at2 = 0; at2 < columns; at2 += 1) {
      const here = table3[from + at2] === 1;
      if (width !== null) {
        if (here && matchesFixed(part, text4, at2, anyDate)) {
          table3[to + at2 + width] = 1;
          any = true;
        }
        continue;
      }
      if (here && mayBeEmpty(part)) table3[to + at2] = 1;
      running = (running || here) && at2 < text4.length && accepts(part, text4.charCodeAt(at2));
      if (running) table3[to + at2 + 1] = 1;
      any ||= here || running;
    }
    if (!any) break;
  }
  return table3;
}
function widthOf(part) {
  if (part.kind === "literal") return part.text.length;
  if (part.kind === "date") return 8;
  return part.kind === "digits" ? part.width : null;
}
function mayBeEmpty(part) {
  return part.kind === "segment" || part.kind === "any";
}
function accepts(part, code2) {
  switch (part.kind) {
    case "digits":
    case "date":
      return isDigit(code2);
    case "text":
      return isTagCharacter(code2);
    case "segment":
      return code2 !== 47;
    case "any":
      return true;
    case "literal":
      return false;
  }
}
function matchesFixed(part, text4, at2, anyDate) {
  if (part.kind === "literal") return text4.startsWith(part.text, at2);
  const width = widthOf(part) ?? 0;
  if (at2 + width > text4.length) return false;
  for (let i = at2; i < at2 + width; i += 1) if (!isDigit(text4.charCodeAt(i))) return false;
  return part.kind !== "date" || anyDate || isCalendarDay(text4.slice(at2, at2 + width));
}
function startOfPart(part, end, reachable) {
  const width = widthOf(part);
  if (width !== null) return end - width;
  let start = mayBeEmpty(part) ? end : end - 1;
  while (start > 0 && !reachable(start)) start -= 1;
  return start;
}
function isCalendarDay(text4) {
  const year = Number(text4.slice(0, 4));
  const month = Number(text4.slice(4, 6));
  const day = Number(text4.slice(6, 8));
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && year % 100 !== 0 || year % 400 === 0;
  const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= (lengths[month - 1] ?? 0);
}
function isDigit(code2) {
  return code2 >= 48 && code2 <= 57;
}
function isTagCharacter(code2) {
  const lower = code2 | 32;
  return isDigit(code2) || lower >= 97 && lower <= 122 || code2 === 46 || code2 === 45 || code2 === 95;
}
var NEVER_IN_A_REF, FIELD, MAX_WIDTH;
var init_pattern = __esm({
  "src/pattern.ts"() {
    "use strict";
    NEVER_IN_A_REF = /[\x00-\x20\x7f~^:?[\\]/;
    FIELD = /^([A-Za-z][A-Za-z0-9_]*)(?::([A-Za-z0-9]+))?$/;
    MAX_WIDTH = 32;
  }
});

// src/policy/shapes.ts
function holeShape(variable) {
  if (variable.name === "seq") return [{ kind: "digits", name: "seq", width: variable.width, at: 0 }];
  return BUILTIN_SHAPES[variable.name] ?? [{ kind: "text", name: variable.name, at: 0 }];
}
function templateShapes(template, patterns, className2, bases) {
  const baseForms = uses(template, "base") && bases.length > 0 ? bases : [null];
  return patterns.flatMap(
    (pattern) => baseForms.map((base) => {
      const parts = template.parts.flatMap((part) => {
        if (part.kind === "literal") return [part];
        const field = pattern.parts.find((p) => "name" in p && p.name === part.name);
        if (field) return [field];
        if (part.name === "git_tag") return pattern.parts;
        if (part.name === "class") return [{ kind: "literal", text: className2, at: 0 }];
        if (part.name === "base" && base) return base.parts.map((p) => prefixed(p, "base."));
        return holeShape(part);
      });
      return { source: template.source, parts: distinct(parts) };
    })
  );
}
function prefixed(part, prefix) {
  return "name" in part ? { ...part, name: prefix + part.name } : part;
}
function distinct(parts) {
  const seen = /* @__PURE__ */ new Map();
  return parts.map((part) => {
    if (!("name" in part)) return part;
    const count = (seen.get(part.name) ?? 0) + 1;
    seen.set(part.name, count);
    return count === 1 ? part : { ...part, name: `${part.name}#${count}` };
  });
}
function numberNames(shape) {
  return shape.parts.flatMap(
    (part) => (part.kind === "digits" || part.kind === "date") && !part.name.includes("#") ? [part.name] : []
  );
}
var BUILTIN_SHAPES;
var init_shapes = __esm({
  "src/policy/shapes.ts"() {
    "use strict";
    init_pattern();
    init_template();
    BUILTIN_SHAPES = {
      branch: [{ kind: "text", name: "branch", at: 0 }],
      git_tag: [{ kind: "text", name: "git_tag", at: 0 }],
      sha: [{ kind: "text", name: "sha", at: 0 }],
      base: [{ kind: "text", name: "base", at: 0 }],
      date: [{ kind: "date", name: "date", at: 0 }],
      time: [{ kind: "digits", name: "time", width: 6, at: 0 }],
      timestamp: [
        { kind: "date", name: "timestamp", at: 0 },
        { kind: "literal", text: "T", at: 0 },
        { kind: "digits", name: "timestamp_time", width: 6, at: 0 },
        { kind: "literal", text: "Z", at: 0 }
      ],
      run_number: [{ kind: "digits", name: "run_number", width: null, at: 0 }],
      run_attempt: [{ kind: "digits", name: "run_attempt", width: null, at: 0 }]
    };
  }
});

// src/refname.ts
function parseRef(text4, short = "refuse") {
  const ref = fullRef(text4, short);
  if (ref === null) {
    const example2 = /\s/.test(text4) || text4 === "" ? "main" : text4;
    return bad3(text4, `write all of it: "refs/heads/${example2}" or "refs/tags/${example2}"`);
  }
  const name = ref.replace(/^refs\/(?:heads\/|tags\/)?/, "");
  if (name === "" || /^refs\/(?:heads|tags)$/.test(ref) || ref.length > LONGEST_REF || FORBIDDEN.test(ref)) {
    return bad3(text4, "give a ref that git takes (git check-ref-format)");
  }
  return { ok: true, value: { ref, kind: kindOf2(ref), name } };
}
function fullRef(text4, short) {
  if (text4.startsWith("refs/")) return text4;
  if (text4.startsWith("heads/") || text4.startsWith("tags/")) return `refs/${text4}`;
  return short === "tag" && text4 !== "" && text4 !== "@" && !text4.startsWith("-") ? `refs/tags/${text4}` : null;
}
function kindOf2(ref) {
  if (ref.startsWith("refs/heads/")) return "branch";
  if (ref.startsWith("refs/tags/")) return "tag";
  return ref.startsWith("refs/pull/") ? "pull" : "other";
}
function bad3(text4, mend) {
  return { ok: false, what: `${visible(text4)} is not a git ref`, mend };
}
function visible(text4) {
  const escaped2 = JSON.stringify(text4.slice(0, 120)).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  return text4.length > 120 ? `${escaped2.slice(0, -1)}..."` : escaped2;
}
function toTagPart(name, max, start) {
  const fits = /^[A-Za-z0-9._-]+$/.test(name) && name.length <= max && !(start && /^[.-]/.test(name));
  if (fits) return name;
  const hash = (0, import_node_crypto2.createHash)("sha256").update(name, "utf8").digest("hex").slice(0, 8);
  const allowed = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/-{2,}/g, "-").replace(start ? /^[.-]+/ : /^(?!)/, "").slice(0, Math.max(0, max - HASH_LENGTH)).replace(/[.-]+$/, "");
  return allowed === "" || allowed === "-" ? `ref-${hash}` : `${allowed}-${hash}`;
}
var import_node_crypto2, FORBIDDEN, LONGEST_REF, HASH_LENGTH, SHORTEST_PART;
var init_refname = __esm({
  "src/refname.ts"() {
    "use strict";
    import_node_crypto2 = require("node:crypto");
    FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$/;
    LONGEST_REF = 4096;
    HASH_LENGTH = 9;
    SHORTEST_PART = HASH_LENGTH + 7;
  }
});

// src/policy/values.ts
function valueOf(variable, values) {
  const { name, width } = variable;
  const field = Object.hasOwn(values.fields, name) ? values.fields[name] : void 0;
  if (field !== void 0) return { text: field, foreign: !/^\d+$/.test(field) };
  if (name === "seq") {
    return values.seq === void 0 ? null : { text: String(values.seq).padStart(width ?? 1, "0"), foreign: false };
  }
  if (!Object.hasOwn(BUILTINS, name)) return null;
  const text4 = values[name];
  if (text4 === void 0) return null;
  if (name === "sha") return { text: text4.slice(0, width ?? text4.length), foreign: false };
  return { text: text4, foreign: name === "git_tag" || name === "branch" || name === "base" };
}
function tagPieces(template, values, reserve) {
  const pieces = renderPieces(template, (variable) => valueOf(variable, values));
  const foreign = pieces.filter((piece) => piece.kind === "text" && piece.foreign).length;
  if (foreign === 0) return pieces;
  const own = pieces.reduce((sum, piece) => sum + ownLength(piece), 0);
  const all = joinPieces(pieces).length;
  const room = 128 - reserve - own;
  const max = all <= 128 - reserve ? room : Math.max(SHORTEST_PART, Math.floor(room / foreign));
  return pieces.map(
    (piece, i) => piece.kind === "text" && piece.foreign ? { ...piece, text: toTagPart(piece.text, max, i === 0) } : piece
  );
}
function ownLength(piece) {
  if (piece.kind === "hole") return piece.variable.width ?? piece.variable.source.length;
  return piece.foreign ? 0 : piece.text.length;
}
function renderTag(template, values, reserve) {
  const pieces = tagPieces(template, values, reserve);
  return {
    text: joinPieces(pieces),
    complete: pieces.every((piece) => piece.kind === "text"),
    pieces
  };
}
function checkTag(tag2) {
  return tag2.complete ? parseTag(tag2.text) : { ok: true, value: tag2.text };
}
function unknownName(variable, names, place) {
  const known = [...names];
  const near = suggest(variable.name, known);
  return {
    ...place && { place },
    what: `${visible(variable.source)} has no value here`,
    mend: near === void 0 ? `known are ${known.map((n) => `{${n}}`).join(", ")}` : `did you mean {${near}}?`
  };
}
var BUILTINS;
var init_values = __esm({
  "src/policy/values.ts"() {
    "use strict";
    init_errors();
    init_nearest();
    init_reference();
    init_refname();
    init_template();
    BUILTINS = {
      git_tag: { width: "none" },
      branch: { width: "none" },
      sha: { width: "optional" },
      date: { width: "none" },
      time: { width: "none" },
      timestamp: { width: "none" },
      run_number: { width: "none" },
      run_attempt: { width: "none" },
      seq: { width: "required" },
      base: { width: "none" },
      class: { width: "none" },
      tag: { width: "none" }
    };
  }
});

// src/channels.ts
var init_channels = __esm({
  "src/channels.ts"() {
    "use strict";
    init_template();
    init_shapes();
    init_values();
  }
});

// src/policy/calendar.ts
function calendarOf(timezone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit"
  });
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const text4 = (...types) => types.map((t) => parts.get(t) ?? "").join("");
    return {
      date: text4("year", "month", "day").padStart(8, "0"),
      time: text4("hour", "minute", "second")
    };
  };
}
function timestampOf(time) {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
}
var init_calendar = __esm({
  "src/policy/calendar.ts"() {
    "use strict";
  }
});

// src/policy/classify.ts
function classify(policy2, input) {
  const not = [];
  if (input.deleted === true) {
    return nothing(policy2, input, `${described(input)} was deleted: there is nothing to tag`, not, "ignore");
  }
  for (const rule2 of policy2.rules) {
    const match = matchRule(rule2, input);
    if ("fields" in match) return decide2(policy2, rule2, input, match, not);
    not.push({ rule: rule2.name, why: match.why });
    if (match.problem) return { ...nothing(policy2, input, match.why, not, null), problems: [match.problem] };
  }
  const unmatched = input.kind === "branch" || input.kind === "tag" ? policy2.unmatched[input.kind] : "ignore";
  return nothing(policy2, input, `no rule matches ${described(input)}`, not, unmatched);
}
function matchRule(rule2, input) {
  if (rule2.kind !== input.kind) {
    return {
      why: `it is for ${rule2.kind === "tag" ? "git tags" : "branches"}, and this is ${kindWord(input)}`
    };
  }
  for (const pattern of rule2.patterns) {
    const fields2 = matchPattern(pattern, input.name);
    if (fields2 !== null) return { fields: fields2, pattern };
  }
  return impossibleDay(rule2, input) ?? { why: whyNot(rule2.patterns, input.name) };
}
function impossibleDay(rule2, input) {
  for (const [i, pattern] of rule2.patterns.entries()) {
    if (!pattern.parts.some((part) => part.kind === "date")) continue;
    const day = matchPattern(pattern, input.name, true)?.["date"];
    if (day === void 0) continue;
    const why = `${described(input)} has the form "${pattern.source}", but ${day} is no day of the calendar`;
    const place = rule2.origin.at(rule2.kind === "tag" ? "git_tag" : "branch", i);
    return { why, problem: { place, what: why, mend: "correct the day (YYYYMMDD) in the name" } };
  }
  return null;
}
function whyNot(patterns, name) {
  const [pattern] = patterns;
  if (patterns.length !== 1 || pattern === void 0) {
    return `${visible(name)} matches none of ${patterns.map((p) => `"${p.source}"`).join(", ")}`;
  }
  const end = matchedPrefix(pattern, name);
  const rest = end < name.length ? `from ${visible(name.slice(end))} on` : "its end is missing";
  return `${visible(name)} does not match "${pattern.source}" (${end === 0 ? "from the start" : rest})`;
}
function kindWord({ kind }) {
  return {
    branch: "a branch",
    tag: "a git tag",
    pull: "a pull request",
    other: "neither branch nor git tag"
  }[kind];
}
function described(input) {
  const word = { branch: "the branch", tag: "the git tag", pull: "the pull request", other: "the ref" }[input.kind];
  return `${word} ${visible(input.name)}`;
}
function refOf2(input) {
  if (input.ref !== void 0) return input.ref;
  return { branch: "refs/heads/", tag: "refs/tags/", pull: "refs/", other: "refs/" }[input.kind] + input.name;
}
function nothing(policy2, input, why, not, unmatched) {
  return {
    ref: refOf2(input),
    class: null,
    rule: null,
    fields: {},
    version: null,
    tags: [],
    stableTags: [],
    channels: [],
    labels: {},
    from: null,
    fallback: null,
    publish: false,
    stable: false,
    stableSuffix: policy2.stableSuffix,
    claim: null,
    requires: [],
    why,
    not,
    place: null,
    unmatched,
    problems: [],
    matched: null
  };
}
function decide2(policy2, rule2, input, { fields: fields2, pattern }, not) {
  const why = `${described(input)} matches "${pattern.source}"${rule2.publish ? "" : '; the rule has "publish: false", so nothing is published'}`;
  const values = valuesOf(policy2, rule2, input, fields2);
  return {
    ...nothing(policy2, input, why, not, null),
    class: rule2.class,
    rule: rule2.name,
    fields: fields2,
    fallback: rule2.fallback,
    publish: rule2.publish,
    stable: rule2.stable,
    claim: rule2.claim,
    requires: rule2.requires,
    place: rule2.place,
    matched: rule2,
    ...renderNames(policy2, rule2, values)
  };
}
function valuesOf(policy2, rule2, input, fields2) {
  const { time, sha, runNumber, runAttempt } = input;
  return {
    fields: fields2,
    class: rule2.class,
    [rule2.kind === "tag" ? "git_tag" : "branch"]: input.name,
    ...sha != null && { sha },
    ...time !== void 0 && { ...policy2.calendar(time), timestamp: timestampOf(time) },
    ...runNumber != null && { run_number: String(runNumber) },
    ...runAttempt != null && { run_attempt: String(runAttempt) }
  };
}
function renderNames(policy2, rule2, values) {
  const problems = [];
  const checked = (tag3, what, ...path6) => {
    const result = checkTag(tag3);
    if (!result.ok) {
      problems.push({ place: rule2.origin.at(...path6), what: `${what}: ${result.what}`, mend: result.mend });
    }
    return tag3;
  };
  const stable = rule2.stable !== false && rule2.publish;
  const reserve = stable ? policy2.stableSuffix.length : 0;
  const primary = rule2.tags.map((t, i) => checked(renderTag(t, values, reserve), "the tag", "tags", i));
  const stableTags = (stable ? primary : []).map(
    (tag3, i) => checked({ ...tag3, text: tag3.text + policy2.stableSuffix }, "the stable tag", "tags", i)
  );
  const channels = rule2.channels.map(
    (t, i) => checked(renderTag(t, values, 0), "the channel", "channels", i)
  );
  const from = rule2.from === null ? null : checked(renderTag(rule2.from, values, 0), "the tag to promote", "from");
  const version = Object.hasOwn(values.fields, "version") ? values.fields["version"] : primary[0]?.text;
  const shown3 = (tags2) => rule2.publish ? [...new Set(tags2.map((t) => t.text))] : [];
  const [tag2] = primary;
  const withTag = tag2?.complete === true ? { ...values, tag: tag2.text } : values;
  return {
    version: version ?? null,
    tags: shown3(primary),
    stableTags: shown3(stableTags),
    channels: shown3(channels),
    from: from?.text ?? null,
    labels: Object.fromEntries(
      Object.entries(rule2.labels).map(([label2, template]) => [
        label2,
        joinPieces(renderPieces(template, (variable) => valueOf(variable, withTag)))
      ])
    ),
    problems: rule2.publish ? problems : []
  };
}
var init_classify = __esm({
  "src/policy/classify.ts"() {
    "use strict";
    init_errors();
    init_pattern();
    init_refname();
    init_template();
    init_calendar();
    init_values();
  }
});

// src/sequence.ts
var init_sequence = __esm({
  "src/sequence.ts"() {
    "use strict";
    init_errors();
    init_template();
    init_pattern();
    init_classify();
    init_shapes();
    init_values();
  }
});

// src/presets/calver.ts
var calver;
var init_calver = __esm({
  "src/presets/calver.ts"() {
    "use strict";
    calver = {
      name: "calver",
      rules: [
        {
          name: "final",
          class: "final",
          git_tag: ["{year:4}.{month:2}.{micro}", "{year:4}.{month:1}.{micro}"],
          tag: "{git_tag}"
        },
        { name: "day", class: "final", git_tag: ["{date}"], tag: "{git_tag}" }
      ]
    };
  }
});

// src/presets/k8s-topology-aware.ts
var k8sTopologyAware;
var init_k8s_topology_aware = __esm({
  "src/presets/k8s-topology-aware.ts"() {
    "use strict";
    k8sTopologyAware = {
      name: "k8s-topology-aware",
      rules: [
        { name: "snapshot", class: "snapshot", branch: ["main", "master"], tag: "v0.0.{date}{seq:2}" },
        { name: "snapshot-tag", class: "snapshot", git_tag: ["v0.0.{date}{seq:2}"], tag: "{git_tag}" },
        { name: "patch", class: "patch", branch: ["release-*"], tag: "{base}{seq:2}" },
        {
          name: "patch-tag",
          class: "patch",
          // Three digits or more: the micro version, then the two that the working group appends.
          git_tag: ["v{major}.{minor}.{patch}{seq:2}"],
          tag: "{git_tag}"
        },
        {
          name: "final",
          class: "final",
          git_tag: ["v{major}.{minor}.{patch}"],
          tag: "{git_tag}",
          publish: false
        }
      ]
    };
  }
});

// src/presets/semver.ts
var semver;
var init_semver = __esm({
  "src/presets/semver.ts"() {
    "use strict";
    semver = {
      name: "semver",
      rules: [
        {
          name: "final",
          class: "final",
          git_tag: ["v{major}.{minor}.{patch}", "{major}.{minor}.{patch}"],
          tag: "{git_tag}",
          channels: ["{major}.{minor}", "{major}", "latest"]
        },
        {
          name: "prerelease",
          class: "snapshot",
          git_tag: ["v{major}.{minor}.{patch}-{pre:text}", "{major}.{minor}.{patch}-{pre:text}"],
          tag: "{git_tag}"
        },
        { name: "branch", class: "snapshot", branch: ["**"], tag: "{branch}-{sha:12}" }
      ]
    };
  }
});

// src/presets/starlingx.ts
var starlingx;
var init_starlingx = __esm({
  "src/presets/starlingx.ts"() {
    "use strict";
    starlingx = {
      name: "starlingx",
      rules: [
        {
          name: "release-build",
          class: "snapshot",
          branch: ["r/stx.{major}.{minor}"],
          tag: "rc-{major}.{minor}-debian-stable-{timestamp}.0"
        },
        {
          name: "build",
          class: "snapshot",
          branch: ["**"],
          tag: "{branch}-debian-stable-{timestamp}.0"
        }
      ],
      promotion: { tag: "stx.{major}.{minor}-v{version:text}", branches: ["r/stx.{major}.{minor}"] }
    };
  }
});

// src/presets/wmcore.ts
var wmcore;
var init_wmcore = __esm({
  "src/presets/wmcore.ts"() {
    "use strict";
    wmcore = {
      name: "wmcore",
      rules: [
        {
          name: "final",
          class: "final",
          git_tag: ["{major}.{minor}.{patch}"],
          tag: "{git_tag}",
          stable: true
        },
        {
          name: "patch",
          class: "patch",
          git_tag: ["{major}.{minor}.{patch}.{build}"],
          tag: "{git_tag}",
          stable: true
        },
        { name: "snapshot", class: "snapshot", git_tag: ["**"], tag: "{git_tag}" }
      ]
    };
  }
});

// src/presets/presets.ts
function unknownPreset(name) {
  const near = suggest(name, PRESET_NAMES);
  return {
    what: `there is no preset ${visible(name)}`,
    mend: near === void 0 ? `presets are ${PRESET_NAMES.join(", ")}` : `did you mean "${near}"?`
  };
}
function presetRuleConfig(rule2, origin) {
  return {
    class: rule2.class,
    ...rule2.branch && { branch: rule2.branch },
    ...rule2.git_tag && { gitTag: rule2.git_tag },
    tags: [rule2.tag],
    stable: rule2.stable ?? false,
    channels: rule2.channels ?? [],
    labels: {},
    publish: rule2.publish ?? true,
    requires: [],
    origin
  };
}
function presetOrigin(preset, index2) {
  const place = { file: `preset ${preset.name}`, line: index2 + 1, column: 1 };
  return { at: () => place, keyAt: () => place, inside: () => place };
}
var PRESETS, PRESET_NAMES;
var init_presets = __esm({
  "src/presets/presets.ts"() {
    "use strict";
    init_nearest();
    init_refname();
    init_calver();
    init_k8s_topology_aware();
    init_semver();
    init_starlingx();
    init_wmcore();
    PRESETS = new Map(
      [wmcore, k8sTopologyAware, starlingx, semver, calver].map((preset) => [preset.name, preset])
    );
    PRESET_NAMES = [...PRESETS.keys()];
  }
});

// src/policy/ambiguity.ts
function isAmbiguous(pattern) {
  const atoms = pattern.parts.flatMap(atomsOf);
  if (atoms.filter((atom) => atom.loop).length < 2) return false;
  const literals = pattern.parts.map((part) => part.kind === "literal" ? part.text : "").join("");
  const alphabet = [...new Set(unitsOf(CLASSES2 + literals))];
  const size = atoms.length + 1;
  const seen = /* @__PURE__ */ new Set();
  const key = (a, b, parted) => (a * size + b) * 2 + (parted ? 1 : 0);
  const open5 = [{ a: 0, b: 0, parted: false }];
  for (let pair = open5.pop(); pair; pair = open5.pop()) {
    if (pair.parted && ends(atoms, pair.a) && ends(atoms, pair.b)) return true;
    for (const code2 of alphabet) {
      for (const [a, byA] of steps(atoms, pair.a, code2)) {
        for (const [b, byB] of steps(atoms, pair.b, code2)) {
          const apart = byA !== byB && ((atoms[byA]?.field ?? false) || (atoms[byB]?.field ?? false));
          const parted = pair.parted || apart;
          if (seen.has(key(a, b, parted))) continue;
          seen.add(key(a, b, parted));
          open5.push({ a, b, parted });
        }
      }
    }
  }
  return false;
}
function unitsOf(text4) {
  return Array.from({ length: text4.length }, (_, i) => text4.charCodeAt(i));
}
function atomsOf(part) {
  if (part.kind === "literal") {
    return unitsOf(part.text).map((unit) => ({
      takes: (code2) => code2 === unit,
      loop: false,
      optional: false,
      field: false
    }));
  }
  const width = part.kind === "date" ? 8 : part.kind === "digits" ? part.width : null;
  const atom = {
    takes: (code2) => accepts(part, code2),
    loop: width === null,
    optional: mayBeEmpty(part),
    field: "name" in part
  };
  return Array.from({ length: width ?? 1 }, () => atom);
}
function steps(atoms, state, code2) {
  const found = [];
  const before = atoms[state - 1];
  if (before?.loop && before.takes(code2)) found.push([state, state - 1]);
  for (let i = state; i < atoms.length; i += 1) {
    const atom = atoms[i];
    if (atom.takes(code2)) found.push([i + 1, i]);
    if (!atom.optional) break;
  }
  return found;
}
function ends(atoms, state) {
  return atoms.slice(state).every((atom) => atom.optional);
}
var CLASSES2;
var init_ambiguity = __esm({
  "src/policy/ambiguity.ts"() {
    "use strict";
    init_pattern();
    CLASSES2 = "0a-._/~";
  }
});

// src/policy/check.ts
function checkRule(rule2, suffix) {
  const problems = [
    ...rule2.tags.flatMap((template, i) => tagProblems(rule2, template, suffix, ["tags", i])),
    ...rule2.channels.flatMap((template, i) => tagProblems(rule2, template, "", ["channels", i])),
    ...rule2.from ? tagProblems(rule2, rule2.from, "", ["from"]) : [],
    ...unusedFields(rule2),
    ...channelProblems(rule2),
    ...combinationProblems(rule2)
  ];
  return { problems, warnings: [...ambiguities(rule2), ...doubts(rule2)] };
}
function tagProblems(rule2, template, suffix, path6) {
  const at2 = (offset) => rule2.origin.inside(offset, ...path6);
  const problems = [];
  template.parts.forEach((part, i) => {
    if (part.kind !== "literal") return;
    const bad4 = part.text.search(/[^A-Za-z0-9._-]/);
    if (bad4 >= 0) {
      const character = JSON.stringify(String.fromCodePoint(part.text.codePointAt(bad4) ?? 0));
      problems.push({
        place: at2(part.at + bad4),
        what: `a tag cannot hold ${character}`,
        mend: 'use letters, digits, ".", "_" and "-"'
      });
    } else if (i === 0 && /^[.-]/.test(part.text)) {
      problems.push({
        place: at2(part.at),
        what: `a tag cannot start with "${part.text.charAt(0)}"`,
        mend: 'start it with a letter, a digit or "_"'
      });
    }
  });
  if (problems.length > 0) return problems;
  const whole2 = template.parts.every((part) => part.kind === "literal") ? parseTag(template.source) : null;
  if (whole2?.ok === false) return [{ place: at2(0), what: whole2.what, mend: whole2.mend }];
  const reserve = rule2.stable === false ? 0 : suffix.length;
  const least = template.parts.reduce((sum, part) => sum + leastLength(part), 0) + reserve;
  if (least <= 128) return [];
  const stable = reserve > 0 ? ` with "${suffix}"` : "";
  return [
    {
      place: at2(0),
      what: `the tag${stable} has at least ${least} characters`,
      mend: "a tag has at most 128 characters; shorten it"
    }
  ];
}
function leastLength(part) {
  if (part.kind === "literal") return part.text.length;
  return part.width ?? { sha: 40, timestamp: 16, date: 8, time: 6 }[part.name] ?? 1;
}
function unusedFields(rule2) {
  const used = (templates, name) => templates.some((t) => uses(t, name));
  if (WHOLE_NAME.some((name) => used(rule2.tags, name))) return [];
  const others = [...rule2.from ? [rule2.from] : [], ...Object.values(rule2.labels)];
  const key = rule2.kind === "tag" ? "git_tag" : "branch";
  return rule2.patterns.flatMap(
    (pattern, i) => pattern.parts.flatMap((part) => {
      if (!("name" in part) || used(rule2.tags, part.name)) return [];
      const elsewhere = used(others, part.name) || used(rule2.channels, part.name);
      if (elsewhere && UNIQUE.some((name) => used(rule2.tags, name))) return [];
      return [
        {
          place: rule2.origin.inside(part.at, key, i),
          what: `the field {${part.name}} is not in the tag, so refs that differ only there would get one tag`,
          mend: `use {${part.name}} or {${key}} in the tag, or write "*" in the pattern if it does not matter`
        }
      ];
    })
  );
}
function channelProblems(rule2) {
  if (rule2.channels.length === 0) return [];
  const key = rule2.kind === "tag" ? "git_tag" : "branch";
  const texts = rule2.patterns.flatMap((pattern, i) => {
    const text4 = rule2.kind === "tag" ? pattern.parts.find((part) => part.kind === "text") : void 0;
    if (!text4) return [];
    return [
      {
        place: rule2.origin.inside(text4.at, key, i),
        what: `{${text4.name}:text} is no number, so a channel cannot tell which version is newer`,
        mend: 'match the version by number fields, as in "v{major}.{minor}.{patch}", or leave "channels" out'
      }
    ];
  });
  return texts.length > 0 ? texts : channelFields(rule2);
}
function channelFields(rule2) {
  if (!isOrdered(rule2)) return [];
  const readable = rule2.shapes.map((shape) => new Set(fieldNames(shape)));
  return rule2.channels.flatMap((channel, i) => {
    const hidden = variablesOf(channel).find(
      ({ name }) => name !== "class" && !readable.some((names) => names.has(name))
    );
    if (!hidden) return [];
    return [
      {
        place: rule2.origin.inside(hidden.at, "channels", i),
        what: `${hidden.source} is in the channel and not in the tag, so versions of the channel cannot be found in a registry`,
        mend: `put ${hidden.source} into the tag`
      }
    ];
  });
}
function isOrdered(rule2) {
  return rule2.shapes.some((shape) => numberNames(shape).length > 0);
}
function combinationProblems(rule2) {
  const problems = [];
  if (rule2.class === "stable" && rule2.stable !== false) {
    problems.push({
      place: rule2.origin.at("stable"),
      what: 'a rule of class "stable" has no stable tag of its own',
      mend: 'remove "stable" and write the suffix into the tag'
    });
  }
  if (rule2.claim !== null && !rule2.tags.some((tag2) => uses(tag2, "seq"))) {
    problems.push({
      place: rule2.origin.at("claim"),
      what: '"claim" claims a number, and the tag has none',
      mend: 'put {seq:2} into the tag, or remove "claim"'
    });
  }
  rule2.channels.forEach((channel, i) => {
    if (!rule2.tags.some((tag2) => tag2.source === channel.source)) return;
    problems.push({
      place: rule2.origin.at("channels", i),
      what: `${JSON.stringify(channel.source)} is both a tag and a channel`,
      mend: "a tag never moves and a channel does; choose one"
    });
  });
  return problems;
}
function ambiguities(rule2) {
  const key = rule2.kind === "tag" ? "git_tag" : "branch";
  return rule2.patterns.flatMap((pattern, i) => {
    if (!isAmbiguous(pattern)) return [];
    return [
      {
        place: rule2.origin.at(key, i),
        what: `"${pattern.source}" can be read in several ways; fields further right take as little as they can`,
        mend: "put a character between the fields that none of them takes, or give one a width"
      }
    ];
  });
}
function doubts(rule2) {
  if (rule2.channels.length === 0 || isOrdered(rule2)) return [];
  return [
    {
      place: rule2.origin.at("channels"),
      what: "the tags of this rule hold no number, so these channels follow the last run, not the newest version",
      mend: "put {run_number}, {timestamp} or {date}{seq:2} into the tag"
    }
  ];
}
var UNIQUE, WHOLE_NAME;
var init_check = __esm({
  "src/policy/check.ts"() {
    "use strict";
    init_reference();
    init_template();
    init_ambiguity();
    init_pattern();
    init_shapes();
    UNIQUE = ["sha", "seq", "timestamp", "run_number"];
    WHOLE_NAME = ["git_tag", "branch"];
  }
});

// src/policy/collisions.ts
function checkRulesTogether(policy2, ownRules2) {
  const own = policy2.rules.slice(0, ownRules2);
  const first2 = /* @__PURE__ */ new Map();
  const problems = [];
  const warnings2 = [];
  for (const { rule: rule2, ref, tag: tag2, path: path6 } of samples(policy2)) {
    const other = first2.get(tag2);
    if (other === void 0) first2.set(tag2, { rule: rule2, ref });
    if (other === void 0 || other.rule === rule2 || other.ref === ref) continue;
    const problem = {
      place: rule2.origin.at(...path6),
      what: `rules ${other.rule.name} and ${rule2.name} give one tag to different refs: ${other.ref} and ${ref} both get "${tag2}"`,
      mend: "put something into one of the tags that tells them apart, such as {git_tag} or {branch}"
    };
    (own.includes(other.rule) === own.includes(rule2) ? problems : warnings2).push(problem);
  }
  return { problems: [...problems, ...sharedChannels(policy2.rules)], warnings: warnings2 };
}
function* samples(policy2) {
  for (const [index2, rule2] of policy2.rules.entries()) {
    if (rule2.class === "stable" || !rule2.publish) continue;
    for (const pattern of rule2.patterns) {
      const input = sampleRef(rule2, pattern, index2);
      const decision = classify(policy2, input);
      if (decision.matched !== rule2 || decision.problems.length > 0) continue;
      for (const [i, template] of rule2.tags.entries()) {
        const tag2 = decision.tags[i];
        if (tag2 === void 0 || uses(template, "seq") || uses(template, "base")) continue;
        yield { rule: rule2, ref: decision.ref, tag: tag2, path: ["tags", i] };
      }
    }
  }
}
function sampleRef(rule2, pattern, index2) {
  return {
    kind: rule2.kind,
    name: pattern.parts.map(sampleText).join(""),
    sha: String(index2 + 1).padStart(40, "0").split("").reverse().join(""),
    time: SOME_TIME + index2 * 1e3,
    runNumber: index2 + 1,
    runAttempt: 1
  };
}
function sampleText(part) {
  switch (part.kind) {
    case "literal":
      return part.text;
    case "digits":
      return "1".repeat(part.width ?? 1);
    case "date":
      return "20200101";
    case "text":
    case "segment":
    case "any":
      return "x";
  }
}
function sharedChannels(rules) {
  const releases = /* @__PURE__ */ new Map();
  for (const rule2 of rules) {
    if (rule2.class === "snapshot") continue;
    for (const channel of rule2.channels) releases.set(channel.source, rule2);
  }
  return rules.flatMap(
    (rule2) => rule2.class !== "snapshot" ? [] : rule2.channels.flatMap((channel, i) => {
      const owner = releases.get(channel.source);
      if (owner === void 0) return [];
      return [
        {
          place: rule2.origin.at("channels", i),
          what: `the channel "${channel.source}" belongs to releases (rule ${owner.name}), and this rule makes snapshots`,
          mend: 'give snapshots a channel of their own, such as "edge"'
        }
      ];
    })
  );
}
var SOME_TIME;
var init_collisions2 = __esm({
  "src/policy/collisions.ts"() {
    "use strict";
    init_template();
    init_classify();
    SOME_TIME = Date.UTC(2020, 0, 2);
  }
});

// src/policy/examples.ts
function checkExamples(policy2, examples) {
  return examples.flatMap((example2) => checkExample(policy2, example2));
}
function checkExample(policy2, example2) {
  const ref = parseRef(example2.ref);
  if (!ref.ok) return [{ place: example2.origin.at("ref"), what: ref.what, mend: ref.mend }];
  const decision = classify(policy2, ref.value);
  if (decision.problems.length > 0) {
    return decision.problems.map((problem) => differs2(example2, example2.origin.at("ref"), problem.what));
  }
  const by = decision.rule === null ? decision.why : `rule ${decision.rule}: ${decision.why}`;
  if (decision.class !== example2.class) {
    const what2 = `expected class ${String(example2.class)}, the policy gives ${String(decision.class)} (${by})`;
    return [differs2(example2, example2.origin.at("class"), what2)];
  }
  if (example2.tags === void 0 || tagsAgree(example2.tags, decision)) return [];
  const given2 = list([...decision.tags, ...decision.stableTags]);
  const what = `expected tags ${list(example2.tags)}, the policy gives ${given2} (${by})`;
  return [differs2(example2, example2.origin.at("tags"), what)];
}
function differs2(example2, place, what) {
  return { place, what: `example ${example2.ref}: ${what}`, mend: "correct the example or the rule" };
}
function list(tags2) {
  return tags2.length === 0 ? "none" : tags2.join(", ");
}
function tagsAgree(expected, decision) {
  const { tags: tags2, stableTags, channels, stable } = decision;
  const accepted2 = [[...tags2, ...stableTags]];
  if (stable !== true) accepted2.push([...tags2]);
  return [...accepted2, ...accepted2.map((names) => [...names, ...channels])].some(
    (names) => sameSet(expected, names)
  );
}
function sameSet(expected, given2) {
  const left = [...given2];
  for (const tag2 of new Set(expected)) {
    const found = left.findIndex((candidate) => agrees(tag2, candidate));
    if (found < 0) return false;
    left.splice(found, 1);
  }
  return left.length === 0;
}
function agrees(expected, given2) {
  if (expected === given2) return true;
  const template = parseTemplate(given2);
  if (!template.ok) return false;
  const parts = template.value.parts.flatMap(
    (part) => part.kind === "literal" ? [part] : holeShape(part)
  );
  return matchPattern({ source: given2, parts }, expected) !== null;
}
var init_examples = __esm({
  "src/policy/examples.ts"() {
    "use strict";
    init_pattern();
    init_refname();
    init_template();
    init_classify();
    init_shapes();
  }
});

// src/policy/rule.ts
function parseRule({ name, config, place }, problems) {
  const kind = config.gitTag === void 0 ? "branch" : "tag";
  const key = kind === "tag" ? "git_tag" : "branch";
  const sources = config.gitTag ?? config.branch ?? [];
  const patterns = sources.flatMap((source, i) => {
    const pattern = keep2(parsePattern(source), config, problems, key, i);
    for (const field of pattern ? reservedFields(pattern) : []) {
      problems.push({
        place: config.origin.inside(field.at, key, i),
        what: `a field cannot be called {${field.name}}: that name has a meaning of its own`,
        mend: `rename it, as in "{my_${field.name}}"`
      });
    }
    return pattern ? [pattern] : [];
  });
  const scope = { names: commonFields(patterns), problems, config };
  const template = (source, without, ...path6) => checkedTemplate(source, scope, without, path6);
  return {
    name,
    class: config.class,
    kind,
    patterns,
    tags: config.tags.flatMap((tag2, i) => template(tag2, ["tag"], "tags", i) ?? []),
    stable: config.stable,
    channels: config.channels.flatMap((c, i) => template(c, ["tag", "seq"], "channels", i) ?? []),
    labels: parseLabels(scope),
    from: config.from === void 0 ? null : template(config.from, ["tag", "seq"], "from") ?? null,
    fallback: config.fallback ?? null,
    publish: config.publish,
    claim: config.claim ?? null,
    requires: config.requires,
    origin: config.origin,
    place,
    shapes: []
  };
}
function keep2(result, config, problems, ...path6) {
  if (result.ok) return result.value;
  const { at: at2, what, mend } = result;
  problems.push({ place: config.origin.inside(at2, ...path6), what, mend });
  return void 0;
}
function reservedFields(pattern) {
  return pattern.parts.flatMap(
    (part) => "name" in part && RESERVED.includes(part.name) ? [{ name: part.name, at: part.at }] : []
  );
}
function commonFields(patterns) {
  const [first2, ...others] = patterns.map(fieldNames);
  return (first2 ?? []).filter((name) => others.every((names) => names.includes(name)));
}
function parseLabels(scope) {
  const entries = Object.entries(scope.config.labels).flatMap(([label2, source]) => {
    const template = checkedTemplate(source, scope, [], ["labels", label2], true);
    return template ? [[label2, template]] : [];
  });
  return Object.fromEntries(entries);
}
function checkedTemplate(source, scope, without, path6, loose = false) {
  const template = keep2(parseTemplate(source, loose), scope.config, scope.problems, ...path6);
  for (const variable of template ? variablesOf(template) : []) {
    const place = scope.config.origin.inside(variable.at, ...path6);
    const problem = checkVariable(variable, scope, without);
    if (problem) scope.problems.push({ place, ...problem });
  }
  return template;
}
function checkVariable(variable, { names, config }, without) {
  const { name, width, source } = variable;
  if (names.includes(name)) return null;
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : void 0;
  const missing = config.gitTag === void 0 ? "git_tag" : "branch";
  const usable = Object.keys(BUILTINS).filter((n) => n !== missing && !without.includes(n));
  if (builtin === void 0 || !usable.includes(name)) {
    const { mend } = unknownName(variable, [...names, ...usable]);
    return { what: `${source} is not defined here`, mend };
  }
  if (builtin.width === "none" && width !== null) {
    return { what: `${source}: {${name}} has no width`, mend: `write {${name}}` };
  }
  if (builtin.width === "required" && (width === null || width < 1 || width > 9)) {
    return { what: `${source} has no width from 1 to 9`, mend: "write {seq:2} for 01 to 99" };
  }
  if (name === "sha" && width !== null && (width < 4 || width > 64)) {
    return { what: `${source}: a commit is cut to 4 to 64 digits`, mend: "write {sha:12}" };
  }
  return null;
}
var RESERVED;
var init_rule = __esm({
  "src/policy/rule.ts"() {
    "use strict";
    init_pattern();
    init_template();
    init_values();
    RESERVED = Object.keys(BUILTINS).filter((name) => name !== "date" && name !== "seq");
  }
});

// src/policy/compile.ts
function compilePolicy(config) {
  const own = "rules" in config ? config : null;
  const problems = [];
  const preset = config.preset === void 0 ? null : PRESETS.get(config.preset) ?? null;
  if (config.preset !== void 0 && preset === null) {
    problems.push({ ...own && { place: own.origin.at("preset") }, ...unknownPreset(config.preset) });
  }
  const suffix = own?.stableSuffix ?? DEFAULT_STABLE_SUFFIX;
  const timezone = own?.timezone ?? "UTC";
  problems.push(...own ? settingProblems(own, suffix, timezone) : []);
  const parsed2 = [...ownRules(own), ...preset ? presetRules(preset, own) : []].map(
    (rule2) => parseRule(rule2, problems)
  );
  if (problems.length > 0) throw new UserError(problems);
  const rules = withShapes(parsed2);
  const checked = rules.map((rule2) => checkRule(rule2, suffix));
  problems.push(...checked.flatMap((check) => check.problems));
  if (problems.length > 0) throw new UserError(problems);
  const policy2 = {
    rules,
    stableSuffix: suffix,
    timezone,
    unmatched: { branch: own?.unmatched ?? "ignore", tag: own?.unmatched ?? "error" },
    promotion: preset?.promotion ? promotionRule(preset) : null,
    place: own ? own.origin.at() : null,
    names: /* @__PURE__ */ new Set([...rules.flatMap((r) => r.patterns.flatMap(fieldNames)), ...Object.keys(BUILTINS)]),
    warnings: [],
    calendar: calendarOf(timezone)
  };
  const together = checkRulesTogether(policy2, own?.rules.length ?? 0);
  problems.push(...together.problems, ...checkExamples(policy2, own?.examples ?? []));
  if (problems.length > 0) throw new UserError(problems);
  return { ...policy2, warnings: [...checked.flatMap((check) => check.warnings), ...together.warnings] };
}
function settingProblems(own, suffix, timezone) {
  const problems = [];
  if (!/^[A-Za-z0-9._-]{1,127}$/.test(suffix)) {
    problems.push({
      place: own.origin.at("stable_suffix"),
      what: `the stable suffix ${JSON.stringify(suffix)} cannot be the end of a tag`,
      mend: 'use one or more letters, digits, ".", "_" and "-"'
    });
  }
  if (!isTimezone(timezone)) {
    problems.push({
      place: own.origin.at("timezone"),
      what: `${JSON.stringify(timezone)} is no time zone`,
      mend: 'write a name of the IANA list, such as "Europe/Zurich", or "UTC"'
    });
  }
  if (own.preset === void 0 && own.rules.length === 0) {
    problems.push({
      place: own.origin.at(),
      what: "the policy has neither rules nor a preset",
      mend: 'add "preset" or "rules"'
    });
  }
  return problems;
}
function isTimezone(name) {
  try {
    calendarOf(name);
    return true;
  } catch {
    return false;
  }
}
function ownRules(own) {
  return (own?.rules ?? []).map((config, i) => ({
    name: `policy/${i + 1}`,
    config,
    place: config.origin.at()
  }));
}
function presetRules(preset, own) {
  const place = own ? own.origin.at("preset") : null;
  return preset.rules.map((rule2, i) => {
    const origin = place ? { at: () => place, keyAt: () => place, inside: () => place } : presetOrigin(preset, i);
    return { name: `${preset.name}/${rule2.name}`, config: presetRuleConfig(rule2, origin), place };
  });
}
function withShapes(rules) {
  const finals = rules.filter((rule2) => rule2.class === "final" && rule2.kind === "tag");
  const bases = finals.flatMap((rule2) => rule2.patterns);
  return rules.map((rule2) => ({
    ...rule2,
    shapes: rule2.tags.flatMap((tag2) => templateShapes(tag2, rule2.patterns, rule2.class, bases))
  }));
}
function promotionRule(preset) {
  const { promotion } = preset;
  if (!promotion) return null;
  return {
    preset: preset.name,
    tag: builtinPattern(promotion.tag),
    branches: promotion.branches.map(builtinPattern)
  };
}
function builtinPattern(source) {
  const result = parsePattern(source);
  if (!result.ok) throw new Error(`the pattern "${source}" of a preset is wrong: ${result.what}`);
  return result.value;
}
var DEFAULT_STABLE_SUFFIX;
var init_compile = __esm({
  "src/policy/compile.ts"() {
    "use strict";
    init_errors();
    init_pattern();
    init_presets();
    init_calendar();
    init_check();
    init_collisions2();
    init_examples();
    init_pattern();
    init_rule();
    init_shapes();
    init_values();
    DEFAULT_STABLE_SUFFIX = "-stable";
  }
});

// src/policy/promotion.ts
var init_promotion = __esm({
  "src/policy/promotion.ts"() {
    "use strict";
    init_pattern();
    init_refname();
  }
});

// src/policy/report.ts
function classificationReport(decision) {
  return {
    class: decision.class,
    rule: decision.rule,
    fields: { ...decision.fields },
    version: decision.version,
    tags: [...decision.tags],
    stable_tags: [...decision.stableTags],
    channels: [...decision.channels],
    why: decision.why,
    not: decision.not.map((lost) => ({ ...lost }))
  };
}
var init_report2 = __esm({
  "src/policy/report.ts"() {
    "use strict";
  }
});

// src/policy/resolve.ts
var init_resolve = __esm({
  "src/policy/resolve.ts"() {
    "use strict";
    init_errors();
    init_sequence();
    init_template();
    init_classify();
    init_values();
  }
});

// src/policy/policy.ts
var init_policy2 = __esm({
  "src/policy/policy.ts"() {
    "use strict";
    init_channels();
    init_sequence();
    init_classify();
    init_compile();
    init_promotion();
    init_report2();
    init_resolve();
    init_values();
  }
});

// src/classify.ts
function refsIn(text4) {
  return text4.split(/\r?\n/).flatMap((line2) => {
    const ref = line2.trim().replace(/^(?:[0-9a-f]{40}|[0-9a-f]{64})\s+/, "");
    return ref === "" || ref.endsWith("^{}") ? [] : [ref];
  });
}
function classifyRefs(policy2, refs, time) {
  return Array.from(refs, (text4) => {
    const ref = parseRef(text4, "tag");
    if (!ref.ok) {
      const problem = { what: ref.what, mend: ref.mend };
      return { ref: text4, classification: noClassification(ref.what), problems: [problem] };
    }
    const decision = classify(policy2, { ...ref.value, time });
    return {
      ref: ref.value.ref,
      classification: classificationReport(decision),
      problems: decision.problems
    };
  });
}
function noClassification(why) {
  return {
    class: null,
    rule: null,
    fields: {},
    version: null,
    tags: [],
    stable_tags: [],
    channels: [],
    why,
    not: []
  };
}
function classificationsAsJson(classified2) {
  const list3 = classified2.map(({ ref, classification }) => ({ ref, ...classification }));
  return `${JSON.stringify(list3, null, 2)}
`;
}
function classificationsAsText(classified2) {
  const blocks = [table(classified2)];
  if (classified2.length <= EXPLAINED) blocks.push(...classified2.map(explanation));
  else blocks.push(`${totals(classified2)}. Give ${EXPLAINED} refs or fewer to see the reasons.`);
  const problems = classified2.flatMap((one) => one.problems.map((problem) => formatProblem(problem)));
  if (problems.length > 0) blocks.push(problems.join("\n"));
  return `${blocks.join("\n\n")}
`;
}
function table(classified2) {
  const rows = classified2.map(({ ref, classification: c }) => [
    shown2(ref),
    c.class ?? "-",
    c.rule ?? "-",
    list2(c.tags),
    list2(c.stable_tags),
    list2(c.channels)
  ]);
  return aligned([["REF", "CLASS", "RULE", "TAGS", "STABLE", "CHANNELS"], ...rows]);
}
function aligned(rows) {
  const widths = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  }
  return rows.map(
    (row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}
function explanation({ ref, classification }) {
  const { why, not, fields: fields2 } = classification;
  const named2 = Object.entries(fields2).map(([name, value]) => `${name}=${value}`);
  return [
    `${shown2(ref)}: ${why}`,
    ...named2.length > 0 ? [`  fields: ${named2.join(" ")}`] : [],
    ...not.map((lost) => `  not ${lost.rule}: ${lost.why}`)
  ].join("\n");
}
function totals(classified2) {
  const counts = /* @__PURE__ */ new Map();
  for (const { classification } of classified2) {
    const name = classification.class ?? "no class";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}
function list2(names) {
  return names.length === 0 ? "-" : names.join(" ");
}
function shown2(ref) {
  return visible(ref).slice(1, -1);
}
var EXPLAINED;
var init_classify2 = __esm({
  "src/classify.ts"() {
    "use strict";
    init_errors();
    init_policy2();
    init_refname();
    EXPLAINED = 20;
  }
});

// src/commands/classify.ts
var classify_exports = {};
__export(classify_exports, {
  classifyCommand: () => classifyCommand
});
async function classifyCommand(args, io) {
  const policy2 = await policyFor(args, io);
  const words = args.words.filter((word) => word !== "-");
  const refs = words.length === args.words.length && words.length > 0 ? words : [...words, ...await readRefs(io)];
  const classified2 = classifyRefs(policy2, refs, systemClock.now());
  io.stdout.write(args.is("json") ? classificationsAsJson(classified2) : classificationsAsText(classified2));
  const problems = classified2.flatMap((one) => one.problems);
  if (problems.length === 0) return 0;
  if (args.is("json")) throw new UserError(problems);
  return 2;
}
async function policyFor(args, io) {
  const preset = args.text("policy");
  if (preset !== void 0) {
    if (args.list("config").length > 0) {
      throw new UserError({ what: "--policy and --config are both given", mend: "give one of them" });
    }
    return compilePolicy({ preset });
  }
  const { policy: policy2 } = parseConfig(await tagFiles(args, io));
  if (policy2 !== void 0) return compilePolicy(policy2);
  throw new UserError({
    what: "the tag files have no policy",
    mend: 'add "policy:" to one of them, or name a preset with --policy'
  });
}
async function readRefs(io) {
  const chunks = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return refsIn(Buffer.concat(chunks).toString("utf8"));
}
var init_classify3 = __esm({
  "src/commands/classify.ts"() {
    "use strict";
    init_classify2();
    init_config();
    init_errors();
    init_policy2();
    init_clock();
    init_session();
  }
});

// src/commands/validate.ts
var validate_exports = {};
__export(validate_exports, {
  validateCommand: () => validateCommand
});
async function validateCommand(args, io) {
  const files = await tagFiles(args, io);
  const { images: images2, builds } = parseConfig(files);
  const log = logFor(args, io);
  for (const { path: path6 } of files) log.line(`valid: ${path6}`);
  log.line(`${images2.length} promotions and ${builds.length} builds in ${files.length} tag files.`);
  return 0;
}
var init_validate = __esm({
  "src/commands/validate.ts"() {
    "use strict";
    init_config();
    init_output();
    init_session();
  }
});

// src/config/pin.ts
function pinDigests(file2, pins) {
  const source = decode(file2);
  if ("what" in source) throw new UserError(source);
  const before = parseConfig([file2]).images;
  const entries = findEntries(source);
  const here = pins.filter(({ place }) => place.file === file2.path);
  const wanted = [...new Map(here.map((pin) => [keyOf3(pin.place), pin])).values()];
  const edits = wanted.map((pin) => editFor(entries, pin));
  const problems = edits.filter((edit) => "what" in edit);
  if (problems.length > 0) throw new UserError(problems);
  const text4 = applyEdits(
    source.text,
    edits.filter((edit) => "text" in edit)
  );
  verify({ path: file2.path, bytes: new TextEncoder().encode(text4) }, before, wanted);
  const marked = file2.bytes[0] === 239 && file2.bytes[1] === 187 && file2.bytes[2] === 191;
  return marked ? BOM + text4 : text4;
}
function findEntries(source) {
  const nodes = /* @__PURE__ */ new Map();
  const shared = /* @__PURE__ */ new Set();
  for (const { root, aliases } of readDocuments(source, () => void 0)) {
    const images2 = (0, import_yaml7.isMap)(root) ? root.get("images", true) : void 0;
    const list3 = (0, import_yaml7.isAlias)(images2) ? aliases.get(images2) : images2;
    for (const node of (0, import_yaml7.isSeq)(list3) ? list3.items : []) {
      nodes.set(keyOf3(placeAt(source, node.range?.[0] ?? 0)), node);
    }
    for (const target of new Set(aliases.values())) {
      (0, import_yaml7.visit)(target, { Map: (_, node) => void shared.add(node) });
    }
  }
  return { source, nodes, shared };
}
function editFor({ source, nodes, shared }, { place, digest }) {
  if (!isDigest(digest)) throw new TypeError(`not a digest: ${digest}`);
  const node = nodes.get(keyOf3(place));
  if (!node) {
    return {
      place,
      what: "there is no entry here to pin",
      mend: "read the tag file again: it has changed meanwhile"
    };
  }
  if ((0, import_yaml7.isMap)(node) && !shared.has(node)) return editEntry(source, node, digest);
  return {
    place,
    what: "this entry is shared through an alias, and a digest belongs to one entry alone",
    mend: 'write the entry out, or add "src_digest" by hand'
  };
}
function editEntry(source, entry, digest) {
  const present = pairOf(entry, "src_digest");
  const value = present?.value;
  if (value?.range) return { start: value.range[0], end: value.range[1], text: digest };
  const anchor = pairOf(entry, "src_build_tag") ?? pairOf(entry, "name");
  const key = anchor?.key;
  const after = anchor?.value;
  if (!key?.range || !after?.range) throw new Error("a valid entry has a name");
  const end = after.range[1];
  if (entry.flow) return { start: end, end, text: `, src_digest: ${digest}` };
  const indent = " ".repeat(placeAt(source, key.range[0]).column - 1);
  return lineAfter(source.text, end, `${indent}src_digest: ${digest}`);
}
function lineAfter(text4, offset, line2) {
  const newline = text4[offset - 1] === "\n" ? offset - 1 : text4.indexOf("\n", offset);
  if (newline < 0) {
    const end2 = text4.includes("\r\n") ? "\r\n" : "\n";
    return { start: text4.length, end: text4.length, text: end2 + line2 };
  }
  const end = text4[newline - 1] === "\r" ? "\r\n" : "\n";
  return { start: newline + 1, end: newline + 1, text: line2 + end };
}
function pairOf(map, name) {
  return map.items.find(({ key }) => (0, import_yaml7.isScalar)(key) && key.value === name);
}
function applyEdits(text4, edits) {
  const pieces = [];
  let at2 = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    pieces.push(text4.slice(at2, edit.start), edit.text);
    at2 = edit.end;
  }
  return pieces.join("") + text4.slice(at2);
}
function verify(file2, before, pins) {
  const digests = new Map(pins.map(({ place, digest }) => [keyOf3(place), digest]));
  const after = imagesOf(file2);
  for (const [index2, image3] of before.entries()) {
    const place = image3.origin.at();
    const got = after[index2];
    const expected = meaning(image3, digests.get(keyOf3(place)) ?? image3.srcDigest);
    if (got && expected === meaning(got, got.srcDigest)) continue;
    throw new UserError({
      place,
      what: "the layout here is one that cannot be edited safely, and nothing was changed",
      mend: 'add "src_digest" by hand, or write the entry as a plain block of "key: value" lines'
    });
  }
}
function imagesOf(file2) {
  try {
    return parseConfig([file2]).images;
  } catch (error2) {
    if (error2 instanceof UserError) return [];
    throw error2;
  }
}
function meaning(image3, srcDigest) {
  return JSON.stringify({
    ...image3,
    srcDigest,
    origin: void 0,
    requires: image3.requires.map((g) => ({ ...g, origin: void 0 }))
  });
}
function keyOf3({ line: line2, column }) {
  return `${line2}:${column}`;
}
var import_yaml7, BOM;
var init_pin = __esm({
  "src/config/pin.ts"() {
    "use strict";
    import_yaml7 = __toESM(require_dist(), 1);
    init_errors();
    init_reference();
    init_config();
    init_decode();
    init_yaml();
    BOM = "\uFEFF";
  }
});

// src/pin.ts
async function lookUpPins(entries, registry, options) {
  return pool(entries, options.concurrency, async (entry) => {
    const repository = mapRepository(entry.srcRepository, options.registryMap);
    if (entry.srcBuildTag === void 0) {
      const source = formatReference({ ...repository, digest: entry.srcDigest ?? "" });
      return { entry, source, digest: null, text: "pinned already: it names a digest only", failed: false };
    }
    return pinOne(entry, { ...repository, tag: entry.srcBuildTag }, registry);
  });
}
async function pinOne(entry, ref, registry) {
  const source = formatReference(ref);
  const found = await registry.look(ref);
  if (found.state === "unknown")
    return { entry, source, digest: null, text: found.error.message, failed: true };
  if (found.state === "absent") {
    return { entry, source, digest: null, text: "the source tag does not exist", failed: true };
  }
  if (entry.srcDigest === found.digest) {
    return { entry, source, digest: null, text: `pinned already to ${found.digest}`, failed: false };
  }
  const was = entry.srcDigest === void 0 ? "" : `, was ${entry.srcDigest}`;
  return { entry, source, digest: found.digest, text: `pinned to ${found.digest}${was}`, failed: false };
}
var init_pin2 = __esm({
  "src/pin.ts"() {
    "use strict";
    init_pool();
    init_reference();
    init_names();
  }
});

// src/commands/pin.ts
var pin_exports = {};
__export(pin_exports, {
  pinCommand: () => pinCommand
});
function pinCommand(args, io) {
  return withSession(args, io, async ({ log, registry, concurrency }) => {
    const files = await tagFiles(args, io);
    const config = parseConfig(files);
    const registryMap = parseRegistryMap(args.list("registry-map"));
    const outcomes = await lookUpPins(config.images, registry, { registryMap, concurrency });
    for (const { source, text: text4, failed: failed4 } of outcomes)
      log.line(`${failed4 ? "failed" : "pin"} ${source}: ${text4}`);
    const pins = outcomes.flatMap(
      ({ entry, digest }) => digest === null ? [] : [{ place: entry.origin.at(), digest }]
    );
    const texts = files.map((file2) => ({
      path: file2.path,
      text: pinDigests(file2, pins),
      before: file2.bytes
    }));
    for (const { path: path6, text: text4, before } of texts) {
      if (!Buffer.from(text4).equals(before)) await replaceFile((0, import_node_path5.resolve)(io.cwd, path6), text4);
    }
    const failed3 = outcomes.filter((outcome) => outcome.failed).length;
    log.line(`${pins.length} digests written, ${failed3} failed, of ${outcomes.length} entries.`);
    return failed3 > 0 ? 1 : 0;
  });
}
var import_node_path5;
var init_pin3 = __esm({
  "src/commands/pin.ts"() {
    "use strict";
    import_node_path5 = require("node:path");
    init_config();
    init_pin();
    init_pin2();
    init_names();
    init_write();
    init_session();
  }
});

// src/embedded/blobs.ts
function digestOf2(content, like = "sha256:") {
  const algorithm = algorithmOf2(like);
  return `${algorithm}:${(0, import_node_crypto3.createHash)(algorithm).update(content).digest("hex")}`;
}
function inMemory(chunks) {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return { size, open: (start, end) => import_node_stream5.Readable.from(slices(chunks, start, end), { objectMode: false }) };
}
function createSink(spillAbove, directory, name) {
  const hash = (0, import_node_crypto3.createHash)("sha256");
  let chunks = [];
  let size = 0;
  let file2 = null;
  async function spill() {
    const path6 = (0, import_node_path6.join)(await directory(), name);
    file2 = { path: path6, handle: await (0, import_promises5.open)(path6, "w") };
    for (const chunk of chunks) await file2.handle.write(chunk);
    chunks = [];
  }
  async function discard2() {
    chunks = [];
    if (!file2) return;
    await file2.handle.close();
    await (0, import_promises5.rm)(file2.path, { force: true });
  }
  return {
    get size() {
      return size;
    },
    async write(chunk) {
      hash.update(chunk);
      size += chunk.length;
      if (file2) {
        await file2.handle.write(chunk);
        return;
      }
      chunks.push(chunk);
      if (size > spillAbove) await spill();
    },
    async finish(like = "sha256:") {
      const content = file2 ? inFile(file2.path, size) : inMemory(chunks);
      const digest = algorithmOf2(like) === "sha512" ? await digestOfStream(content.open(0, size)) : `sha256:${hash.digest("hex")}`;
      await file2?.handle.close();
      return { digest, content };
    },
    discard: discard2
  };
}
function inFile(path6, size) {
  return {
    size,
    open: (start, end) => start >= end ? import_node_stream5.Readable.from([]) : (0, import_node_fs2.createReadStream)(path6, { start, end: end - 1 })
  };
}
function* slices(chunks, start, end) {
  let offset = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, chunk.length);
    if (from < to) yield chunk.subarray(from, to);
    offset += chunk.length;
  }
}
async function digestOfStream(stream) {
  const hash = (0, import_node_crypto3.createHash)("sha512");
  for await (const chunk of stream) hash.update(chunk);
  return `sha512:${hash.digest("hex")}`;
}
function algorithmOf2(digest) {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}
var import_node_crypto3, import_node_fs2, import_promises5, import_node_path6, import_node_stream5;
var init_blobs2 = __esm({
  "src/embedded/blobs.ts"() {
    "use strict";
    import_node_crypto3 = require("node:crypto");
    import_node_fs2 = require("node:fs");
    import_promises5 = require("node:fs/promises");
    import_node_path6 = require("node:path");
    import_node_stream5 = require("node:stream");
  }
});

// src/embedded/media-types.ts
function isIndexType(mediaType) {
  return mediaType === OCI_INDEX2 || mediaType === DOCKER_LIST2;
}
function withoutParameters(mediaType) {
  return (mediaType.split(";", 1)[0] ?? "").trim().toLowerCase();
}
var OCI_INDEX2, OCI_MANIFEST2, DOCKER_LIST2, DOCKER_MANIFEST2, SCHEMA_1, MANIFEST_TYPES;
var init_media_types2 = __esm({
  "src/embedded/media-types.ts"() {
    "use strict";
    OCI_INDEX2 = "application/vnd.oci.image.index.v1+json";
    OCI_MANIFEST2 = "application/vnd.oci.image.manifest.v1+json";
    DOCKER_LIST2 = "application/vnd.docker.distribution.manifest.list.v2+json";
    DOCKER_MANIFEST2 = "application/vnd.docker.distribution.manifest.v2+json";
    SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    MANIFEST_TYPES = [OCI_INDEX2, OCI_MANIFEST2, DOCKER_LIST2, DOCKER_MANIFEST2];
  }
});

// src/embedded/tar.ts
function tar(files) {
  const parts = Object.entries(files).flatMap(([name, text4]) => {
    const content = Buffer.from(text4);
    return [header(name, content.length), content, Buffer.alloc(-content.length & 511)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
function gzipStored(content) {
  const blocks = [];
  for (let at2 = 0; at2 === 0 || at2 < content.length; at2 += 65535) {
    const part = content.subarray(at2, at2 + 65535);
    const head = Buffer.alloc(5);
    head.writeUInt8(at2 + 65535 >= content.length ? 1 : 0, 0);
    head.writeUInt16LE(part.length, 1);
    head.writeUInt16LE(~part.length & 65535, 3);
    blocks.push(head, part);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length >>> 0, 4);
  return Buffer.concat([Buffer.from([31, 139, 8, 0, 0, 0, 0, 0, 0, 255]), ...blocks, trailer]);
}
function header(name, size) {
  const block = Buffer.alloc(512);
  const octal = (value, digits) => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0, 100);
  block.write(octal(420, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
function crc32(content) {
  let crc = ~0;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc >>> 1 ^ (crc & 1 ? 3988292384 : 0);
  }
  return ~crc >>> 0;
}
var init_tar = __esm({
  "src/embedded/tar.ts"() {
    "use strict";
  }
});

// src/embedded/images.ts
function image2(spec = {}) {
  const { platform: platform3 = "linux/amd64", format = "oci", created: created2 = "1970-01-01T00:00:00Z" } = spec;
  const layers = (spec.layers ?? [{ files: { "etc/platform": `${platform3}
` } }]).map(
    (layer) => buildLayer(layer, format)
  );
  const config = blob({
    ...platformOf2(platform3),
    created: created2,
    config: spec.labels ? { Labels: spec.labels } : {},
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: created2, created_by: "COPY . /" }))
  });
  const mediaType = format === "oci" ? OCI_MANIFEST2 : DOCKER_MANIFEST2;
  const document2 = {
    schemaVersion: 2,
    mediaType,
    config: descriptorOf(config, format === "oci" ? OCI_CONFIG : DOCKER_CONFIG),
    layers: layers.map(({ descriptor: descriptor3 }) => descriptor3),
    ...spec.subject ? { subject: descriptor2(spec.subject, false) } : {},
    ...spec.annotations ? { annotations: spec.annotations } : {}
  };
  const blobs = [config, ...layers.flatMap((layer) => layer.blob ?? [])];
  return built(document2, mediaType, { blobs, describe: { platform: platformOf2(platform3) } });
}
function index(children, spec = {}) {
  const mediaType = spec.format === "docker" ? DOCKER_LIST2 : OCI_INDEX2;
  const subjects = spec.attestations ? children.filter(({ describe: describe4 }) => describe4.platform) : [];
  const all = [...children, ...subjects.map((child3) => attestation(child3))];
  const document2 = {
    schemaVersion: 2,
    mediaType,
    ...spec.artifactType === void 0 ? {} : { artifactType: spec.artifactType },
    manifests: all.map((child3) => descriptor2(child3)),
    ...spec.subject ? { subject: descriptor2(spec.subject, false) } : {},
    ...spec.annotations ? { annotations: spec.annotations } : {}
  };
  return built(document2, mediaType, { children: all });
}
function attestation(of) {
  const statement = blob({
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://slsa.dev/provenance/v0.2",
    subject: [{ name: "image", digest: { sha256: of.digest.slice("sha256:".length) } }],
    predicate: { builder: { id: "" } }
  });
  const config = blob({
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: [statement.digest] }
  });
  const document2 = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST2,
    config: descriptorOf(config, OCI_CONFIG),
    layers: [
      {
        ...descriptorOf(statement, "application/vnd.in-toto+json"),
        annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2" }
      }
    ]
  };
  return built(document2, OCI_MANIFEST2, {
    blobs: [config, statement],
    describe: {
      platform: platformOf2("unknown/unknown"),
      annotations: {
        "vnd.docker.reference.digest": of.digest,
        "vnd.docker.reference.type": "attestation-manifest"
      }
    }
  });
}
function descriptor2(of, full = true) {
  const { mediaType, digest, bytes: bytes2, describe: describe4 } = of;
  return { mediaType, digest, size: bytes2.length, ...full ? describe4 : {} };
}
function built(document2, mediaType, rest = {}, algorithm = "sha256") {
  const bytes2 = Buffer.from(typeof document2 === "string" ? document2 : JSON.stringify(document2));
  const digest = digestOf2(bytes2, `${algorithm}:`);
  return { bytes: bytes2, mediaType, digest, blobs: [], children: [], describe: {}, ...rest };
}
function blob(content) {
  const bytes2 = Buffer.isBuffer(content) ? content : Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  return { bytes: bytes2, digest: digestOf2(bytes2) };
}
function descriptorOf(of, mediaType) {
  return { mediaType, digest: of.digest, size: of.bytes.length };
}
function platformOf2(text4) {
  const [os6 = "", architecture = "", variant] = text4.split("/");
  return { architecture, os: os6, ...variant === void 0 ? {} : { variant } };
}
function buildLayer(spec, format) {
  if ("descriptor" in spec) return spec;
  const archive = tar(spec.files);
  const plain = spec.compression === "none";
  const content = blob(plain ? archive : gzipStored(archive));
  const type = format === "oci" ? `application/vnd.oci.image.layer.v1.tar${plain ? "" : "+gzip"}` : `application/vnd.docker.image.rootfs.diff.tar${plain ? "" : ".gzip"}`;
  return { descriptor: descriptorOf(content, type), diffId: digestOf2(archive), blob: content };
}
var OCI_CONFIG, DOCKER_CONFIG;
var init_images = __esm({
  "src/embedded/images.ts"() {
    "use strict";
    init_blobs2();
    init_media_types2();
    init_tar();
    init_media_types2();
    OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  }
});

// src/embedded/seed.ts
function seed(target, repository, tag2, image3) {
  for (const { bytes: bytes3, digest: digest2 } of image3.blobs) target.putBlob(repository, bytes3, digest2);
  for (const child3 of image3.children) seed(target, repository, null, child3);
  const { bytes: bytes2, mediaType, digest } = image3;
  target.putManifest(repository, tag2, { bytes: bytes2, mediaType, digest });
}
var init_seed = __esm({
  "src/embedded/seed.ts"() {
    "use strict";
  }
});

// src/embedded/answer.ts
function empty(status, headers = {}) {
  return { status, headers, body: NOTHING };
}
function bytes(status, body, headers) {
  return { status, headers, body };
}
function json(status, value, headers = {}) {
  return bytes(status, Buffer.from(`${JSON.stringify(value)}
`), {
    "content-type": "application/json; charset=utf-8",
    ...headers
  });
}
function refusal2(status, code2, message, detail, headers = {}) {
  return json(status, { errors: [{ code: code2, message, ...detail === void 0 ? {} : { detail } }] }, headers);
}
function pageNotFound() {
  return bytes(404, Buffer.from("404 page not found\n"), { "content-type": "text/plain; charset=utf-8" });
}
var NOTHING;
var init_answer = __esm({
  "src/embedded/answer.ts"() {
    "use strict";
    NOTHING = Buffer.alloc(0);
  }
});

// src/embedded/access.ts
function grantOf(accounts) {
  return accounts.grant ?? DEFAULT_GRANT;
}
function needsOf2(call) {
  const { kind, repository } = call;
  if (repository === null) return [];
  if (READS.includes(kind)) return [{ repository, actions: ["pull"] }];
  if (DELETES.includes(kind)) return [{ repository, actions: ["delete"] }];
  const target = { repository, actions: ["pull", "push"] };
  const from = kind === "mount" ? call.query.get("from") : null;
  return from === null ? [target] : [target, { repository: from, actions: ["pull"] }];
}
function basicGuard(auth) {
  return (call) => {
    const user = basicUser(auth, call.headers["authorization"]);
    if (user === null) {
      const challenge = { "www-authenticate": 'Basic realm="Retag embedded registry"' };
      return refusal2(401, "UNAUTHORIZED", "authentication required", void 0, challenge);
    }
    const denied = needsOf2(call).some(({ repository, actions }) => {
      const granted = grantOf(auth)(user, repository, actions);
      return actions.some((action2) => !granted.includes(action2));
    });
    return denied ? refusal2(403, "DENIED", "requested access to the resource is denied") : null;
  };
}
function basicUser(accounts, header2) {
  const match = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header2 ?? "");
  if (!match) return null;
  const [user = "", ...rest] = Buffer.from(match[1] ?? "", "base64").toString("utf8").split(":");
  return Object.hasOwn(accounts.users, user) && accounts.users[user] === rest.join(":") ? user : null;
}
var READS, DELETES, DEFAULT_GRANT;
var init_access = __esm({
  "src/embedded/access.ts"() {
    "use strict";
    init_answer();
    READS = [
      "head-manifest",
      "get-manifest",
      "head-blob",
      "get-blob",
      "tags",
      "referrers"
    ];
    DELETES = ["delete-manifest", "delete-blob"];
    DEFAULT_GRANT = (user, _repository, actions) => user === null ? [] : actions;
  }
});

// src/embedded/behaviour.ts
var SPEC, DISTRIBUTION_3, DISTRIBUTION_2_8;
var init_behaviour = __esm({
  "src/embedded/behaviour.ts"() {
    "use strict";
    SPEC = {
      accept: "ignored",
      pagedTags: true,
      nullTags: false,
      pageSize: null,
      referrers: true,
      deleteTags: true,
      singlePost: true,
      mounts: true,
      chunkOrder: true,
      sparseIndexes: false,
      tooLargeStatus: 413
    };
    DISTRIBUTION_3 = {
      ...SPEC,
      accept: "distribution-3.1",
      nullTags: true,
      referrers: false,
      singlePost: false,
      tooLargeStatus: 400
    };
    DISTRIBUTION_2_8 = {
      ...DISTRIBUTION_3,
      accept: "distribution-2.8",
      pagedTags: false,
      deleteTags: false,
      chunkOrder: false
    };
  }
});

// src/embedded/call.ts
async function readBody2(body, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
var init_call = __esm({
  "src/embedded/call.ts"() {
    "use strict";
  }
});

// src/embedded/manifest-check.ts
function checkManifest(bytes2, contentType) {
  if (contentType === void 0) return "no Content-Type";
  const mediaType = withoutParameters(contentType);
  if (!MANIFEST_TYPES.includes(mediaType)) return `unsupported media type ${mediaType}`;
  const document2 = parse2(bytes2);
  if (!document2) return "the manifest is not a JSON object";
  const stated = document2["mediaType"];
  if (stated !== void 0 && stated !== mediaType) {
    return `mediaType ${JSON.stringify(stated)} is not the Content-Type ${mediaType}`;
  }
  if (document2["schemaVersion"] !== 2) return "schemaVersion is not 2";
  return readFacts2(mediaType, document2) ?? "a descriptor of the manifest has no usable digest";
}
function factsOf(bytes2, mediaType) {
  const document2 = parse2(bytes2);
  return document2 && readFacts2(mediaType, document2);
}
function readFacts2(mediaType, document2) {
  const index2 = isIndexType(mediaType);
  const config = asObject(document2["config"]);
  const parts = index2 ? [] : [config, ...asList(document2["layers"])];
  const children = index2 ? asList(document2["manifests"]) : [];
  const subject = asObject(document2["subject"]);
  const named2 = [...parts, ...children, ...subject ? [subject] : []];
  if (!index2 && !config || named2.some((part) => !isDigest(textOf2(part, "digest") ?? ""))) return null;
  return {
    mediaType,
    blobs: parts.filter((part) => !isForeign2(part)).map(digestIn),
    children: children.map((child3) => ({ digest: digestIn(child3), platform: platformOf3(child3) })),
    subject: subject ? digestIn(subject) : null,
    artifactType: textOf2(document2, "artifactType") ?? (index2 ? null : textOf2(config, "mediaType")),
    annotations: textsIn(document2["annotations"])
  };
}
function isForeign2(part) {
  const mediaType = textOf2(part, "mediaType") ?? "";
  return Array.isArray(part?.["urls"]) || /nondistributable|foreign/.test(mediaType);
}
function platformOf3(child3) {
  const platform3 = asObject(child3?.["platform"]);
  return platform3 && `${textOf2(platform3, "os") ?? ""}/${textOf2(platform3, "architecture") ?? ""}`;
}
function parse2(bytes2) {
  try {
    return asObject(JSON.parse(bytes2.toString("utf8")));
  } catch {
    return null;
  }
}
function asObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}
function asList(value) {
  return Array.isArray(value) ? value.map(asObject) : [];
}
function textOf2(value, key) {
  const text4 = value?.[key];
  return typeof text4 === "string" && text4 !== "" ? text4 : null;
}
function digestIn(part) {
  return textOf2(part, "digest") ?? "";
}
function textsIn(value) {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).filter(
      (pair) => typeof pair[1] === "string"
    )
  );
}
var init_manifest_check = __esm({
  "src/embedded/manifest-check.ts"() {
    "use strict";
    init_reference();
    init_media_types2();
  }
});

// src/embedded/negotiate.ts
function negotiate(negotiation) {
  const { found, byTag } = negotiation;
  const old = negotiation.version === "distribution-2.8";
  const accepted2 = negotiation.accept.split(",").map((part) => (part.split(";", 1)[0] ?? "").trim());
  if (accepted2.includes(found.mediaType)) return found;
  switch (found.mediaType) {
    case OCI_INDEX2:
      return old ? notAccepted("OCI index found, but accept header does not support OCI indexes") : found;
    case OCI_MANIFEST2:
      return notAccepted("OCI manifest found, but accept header does not support OCI manifests");
    case DOCKER_LIST2:
      return byTag ? defaultPlatform(negotiation, accepted2) : found;
    case DOCKER_MANIFEST2:
      return byTag && old ? schema1(found) : found;
    default:
      return found;
  }
}
function notAccepted(message) {
  return refusal2(404, "MANIFEST_UNKNOWN", message);
}
function defaultPlatform(negotiation, accepted2) {
  const facts = factsOf(negotiation.found.bytes, DOCKER_LIST2);
  const entry = facts?.children.find(({ platform: platform3 }) => platform3 === "linux/amd64");
  const manifest = entry && negotiation.child(entry.digest);
  if (!manifest) return refusal2(404, "MANIFEST_UNKNOWN", "manifest unknown");
  if (accepted2.includes(DOCKER_MANIFEST2)) return manifest;
  return negotiation.version === "distribution-2.8" ? schema1(manifest) : refusal2(400, "MANIFEST_INVALID", "manifest invalid");
}
function schema1(manifest) {
  const layers = factsOf(manifest.bytes, manifest.mediaType)?.blobs.slice(1) ?? [];
  const document2 = { schemaVersion: 1, fsLayers: layers.map((blobSum) => ({ blobSum })), history: [] };
  const bytes2 = Buffer.from(JSON.stringify(document2, null, 3));
  return { bytes: bytes2, mediaType: SCHEMA_1, digest: digestOf2(bytes2) };
}
var init_negotiate = __esm({
  "src/embedded/negotiate.ts"() {
    "use strict";
    init_answer();
    init_blobs2();
    init_manifest_check();
    init_media_types2();
  }
});

// src/embedded/manifest-routes.ts
function getManifest(store, behaviour, repository, call) {
  const reference2 = call.reference ?? "";
  if (reference2.includes(":") && !isDigest(reference2)) return badDigest(reference2);
  const found = store.manifest(repository, reference2);
  if (!found) return unknownManifest(reference2);
  const given2 = behaviour.accept === "ignored" ? found : negotiate({
    found,
    byTag: !isDigest(reference2),
    accept: call.headers["accept"] ?? "",
    version: behaviour.accept,
    child: (digest) => store.manifest(repository, digest)
  });
  if ("status" in given2) return given2;
  return bytes(200, given2.bytes, { "content-type": given2.mediaType, "docker-content-digest": given2.digest });
}
async function putManifest(store, behaviour, repository, call) {
  const reference2 = call.reference ?? "";
  const tag2 = reference2.includes(":") ? null : reference2;
  if (tag2 === null ? !isDigest(reference2) : !isTag(tag2)) {
    return tag2 === null ? badDigest(reference2) : refusal2(400, "TAG_INVALID", "manifest tag did not match URI");
  }
  const body = await readBody2(call.body, MAX_MANIFEST);
  if (!body) {
    const code2 = behaviour.tooLargeStatus === 413 ? "SIZE_INVALID" : "MANIFEST_INVALID";
    return refusal2(behaviour.tooLargeStatus, code2, "http: request body too large");
  }
  const facts = checkManifest(body, call.headers["content-type"]);
  if (typeof facts === "string") return refusal2(400, "MANIFEST_INVALID", "manifest invalid", facts);
  const digest = digestOf2(body, reference2);
  if (tag2 === null && digest !== reference2) return badDigest(reference2);
  const missing = missingParts(store, behaviour, repository, facts);
  if (missing.length > 0) return blobsUnknown(missing);
  store.putManifest(repository, tag2, { bytes: body, mediaType: facts.mediaType, digest }, call.index);
  return empty(201, {
    location: `/v2/${repository}/manifests/${digest}`,
    "docker-content-digest": digest,
    ...facts.subject !== null && behaviour.referrers ? { "oci-subject": facts.subject } : {}
  });
}
function deleteManifest(store, behaviour, repository, call) {
  const reference2 = call.reference ?? "";
  if (reference2.includes(":")) {
    if (!isDigest(reference2)) return badDigest(reference2);
    return store.deleteManifest(repository, reference2, call.index) ? empty(202) : unknownManifest(reference2);
  }
  if (!behaviour.deleteTags) return refusal2(400, "UNSUPPORTED", "The operation is unsupported.");
  return store.deleteTag(repository, reference2, call.index) ? empty(202) : unknownManifest(reference2);
}
function badDigest(digest) {
  return refusal2(400, "DIGEST_INVALID", "provided digest did not match uploaded content", { digest });
}
function missingParts(store, behaviour, repository, facts) {
  const blobs = facts.blobs.filter((digest) => !store.blob(repository, digest));
  const children = behaviour.sparseIndexes ? [] : facts.children.map(({ digest }) => digest).filter((digest) => !isThere2(store, repository, digest));
  return [.../* @__PURE__ */ new Set([...blobs, ...children])];
}
function isThere2(store, repository, digest) {
  return store.manifest(repository, digest) !== void 0 || store.blob(repository, digest) !== void 0;
}
function blobsUnknown(digests) {
  const one = refusal2(400, "MANIFEST_BLOB_UNKNOWN", "");
  const errors = digests.map((digest) => ({
    code: "MANIFEST_BLOB_UNKNOWN",
    message: "manifest references a manifest or blob unknown to registry",
    detail: { digest }
  }));
  return { ...one, body: Buffer.from(`${JSON.stringify({ errors })}
`) };
}
function unknownManifest(reference2) {
  return refusal2(404, "MANIFEST_UNKNOWN", "manifest unknown", `unknown reference ${reference2}`);
}
function isTag(text4) {
  return isReservedTag(text4) || parseTag(text4).ok;
}
var MAX_MANIFEST;
var init_manifest_routes = __esm({
  "src/embedded/manifest-routes.ts"() {
    "use strict";
    init_reference();
    init_answer();
    init_blobs2();
    init_call();
    init_manifest_check();
    init_negotiate();
    MAX_MANIFEST = 4 * 1024 * 1024;
  }
});

// src/embedded/blob-routes.ts
function getBlob(store, repository, call) {
  const digest = call.reference ?? "";
  if (!isDigest(digest)) return badDigest(digest);
  const blob2 = store.blob(repository, digest);
  if (!blob2) return unknownBlob(digest);
  const range = parseRange(call.headers["range"], blob2.size);
  if (range === "unsatisfiable") return empty(416, { "content-range": `bytes */${blob2.size}` });
  const { start, end } = range ?? { start: 0, end: blob2.size };
  return bytes(
    range ? 206 : 200,
    { length: end - start, open: () => blob2.open(start, end) },
    {
      "content-type": "application/octet-stream",
      "docker-content-digest": digest,
      "accept-ranges": "bytes",
      ...range ? { "content-range": `bytes ${start}-${end - 1}/${blob2.size}` } : {}
    }
  );
}
function deleteBlob(store, repository, call) {
  const digest = call.reference ?? "";
  if (!isDigest(digest)) return badDigest(digest);
  return store.unlinkBlob(repository, digest) ? empty(202) : unknownBlob(digest);
}
function unknownBlob(digest) {
  return refusal2(404, "BLOB_UNKNOWN", "blob unknown to registry", digest);
}
function parseRange(header2, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header2 ?? "");
  if (!match || match[1] === "" && match[2] === "") return null;
  if (match[1] === "") {
    const last = Math.min(Number(match[2]), size);
    return last === 0 ? "unsatisfiable" : { start: size - last, end: size };
  }
  const start = Number(match[1]);
  if (start >= size) return "unsatisfiable";
  const end = match[2] === "" ? size : Math.min(Number(match[2]) + 1, size);
  return end <= start ? null : { start, end };
}
var init_blob_routes = __esm({
  "src/embedded/blob-routes.ts"() {
    "use strict";
    init_reference();
    init_answer();
    init_manifest_routes();
  }
});

// src/embedded/faults.ts
function createFaultList(rules = []) {
  let entries = [];
  const set = (next2) => {
    entries = next2.map((rule2) => ({ rule: rule2, seen: 0, fired: 0 }));
  };
  set(rules);
  return {
    set,
    take(call) {
      const hits = [];
      for (const entry of entries) {
        const { match, fault, nth = 1, times = 1 } = entry.rule;
        if (!matches(match, call)) continue;
        entry.seen += 1;
        if (entry.seen < nth || times !== "always" && entry.seen >= nth + times) continue;
        entry.fired += 1;
        hits.push(fault);
      }
      return hits;
    },
    fired: () => entries.map((entry) => entry.fired)
  };
}
function matches(match, call) {
  const kinds = typeof match.kind === "string" ? [match.kind] : match.kind;
  const by = call.reference?.includes(":") ? "digest" : "tag";
  return (kinds === void 0 || kinds.includes(call.kind)) && (match.method === void 0 || match.method === call.method) && (match.repository === void 0 || match.repository === call.repository) && (match.reference === void 0 || match.reference === call.reference) && (match.by === void 0 || call.reference !== null && match.by === by);
}
function faultName(fault) {
  switch (fault.kind) {
    case "reset":
    case "stall":
      return `${fault.kind} ${fault.when}`;
    case "status":
      return `status ${fault.status}${fault.commit ? " after" : ""}`;
    case "truncate":
      return `truncate ${fault.framing}`;
    case "throttle":
      return `throttle ${fault.retryAfter ?? "without Retry-After"}`;
    case "headers":
      return `headers ${Object.keys(fault.set).join(" ")}`;
    case "flood":
      return fault.gzip ? "gzip bomb" : "flood";
    case "redirect":
    case "location":
      return `${fault.kind} ${fault.to}`;
    case "accept-404":
    case "corrupt":
    case "drip":
    case "delay":
    case "call":
      return fault.kind;
  }
}
var init_faults = __esm({
  "src/embedded/faults.ts"() {
    "use strict";
  }
});

// src/embedded/listing-routes.ts
function listTags2(store, behaviour, repository, call) {
  if (!store.knows(repository)) {
    return refusal2(404, "NAME_UNKNOWN", "repository name not known to registry", { name: repository });
  }
  const tags2 = store.tags(repository);
  if (tags2.length === 0 && behaviour.nullTags) return json(200, { name: repository, tags: null });
  if (!behaviour.pagedTags) return json(200, { name: repository, tags: tags2 });
  const asked = call.query.get("n");
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    return refusal2(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested", { n: asked });
  }
  const page = pageOf([...tags2].sort(), call, behaviour.pageSize);
  const link = page.next === null ? {} : nextLink2(`/v2/${repository}/tags/list`, page.next, page.size);
  return json(200, { name: repository, tags: page.entries }, link);
}
function listReferrers(store, behaviour, repository, call) {
  if (!behaviour.referrers) return pageNotFound();
  const subject = call.reference ?? "";
  if (!isDigest(subject)) return badDigest(subject);
  const wanted = call.query.get("artifactType");
  const all = store.manifests(repository).flatMap((manifest) => describe3(manifest, subject)).filter((descriptor3) => wanted === null || descriptor3.artifactType === wanted);
  const byDigest = new Map(all.map((descriptor3) => [descriptor3.digest, descriptor3]));
  const page = pageOf([...byDigest.keys()].sort(), call, behaviour.pageSize);
  const filter = wanted === null ? {} : { artifactType: wanted };
  const index2 = {
    schemaVersion: 2,
    mediaType: OCI_INDEX2,
    manifests: page.entries.map((digest) => byDigest.get(digest))
  };
  return bytes(200, Buffer.from(JSON.stringify(index2)), {
    "content-type": OCI_INDEX2,
    ...wanted === null ? {} : { "oci-filters-applied": "artifactType" },
    ...page.next === null ? {} : nextLink2(`/v2/${repository}/referrers/${subject}`, page.next, page.size, filter)
  });
}
function describe3(manifest, subject) {
  const facts = factsOf(manifest.bytes, manifest.mediaType);
  if (facts?.subject !== subject) return [];
  return [
    {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      ...facts.artifactType === null ? {} : { artifactType: facts.artifactType },
      ...Object.keys(facts.annotations).length === 0 ? {} : { annotations: facts.annotations }
    }
  ];
}
function pageOf(sorted, call, most) {
  const last = call.query.get("last");
  const rest = last === null ? sorted : sorted.filter((entry) => entry > last);
  const asked = call.query.get("n") ?? "";
  const size = Math.min(/^\d+$/.test(asked) ? Number(asked) : Infinity, most ?? Infinity);
  const entries = rest.slice(0, size);
  const final = entries.at(-1);
  return { entries, next: final !== void 0 && entries.length < rest.length ? final : null, size };
}
function nextLink2(path6, last, size, more = {}) {
  const query = new URLSearchParams({ ...more, last, n: String(size) });
  return { link: `<${path6}?${query.toString()}>; rel="next"` };
}
var init_listing_routes = __esm({
  "src/embedded/listing-routes.ts"() {
    "use strict";
    init_reference();
    init_answer();
    init_manifest_check();
    init_manifest_routes();
    init_media_types2();
  }
});

// src/embedded/store.ts
function createStore(spillAbove, temporary) {
  const repositories = /* @__PURE__ */ new Map();
  const content = /* @__PURE__ */ new Map();
  const uploads = /* @__PURE__ */ new Map();
  const history = [];
  let directory = null;
  const spillDirectory = () => directory ??= (0, import_promises6.mkdtemp)((0, import_node_path7.join)(temporary, "retag-registry-"));
  const newSink = () => createSink(spillAbove, spillDirectory, (0, import_node_crypto4.randomUUID)());
  function ensure(name) {
    const known = repositories.get(name);
    if (known) return known;
    const fresh = {
      manifests: /* @__PURE__ */ new Map(),
      tags: /* @__PURE__ */ new Map(),
      blobs: /* @__PURE__ */ new Set()
    };
    repositories.set(name, fresh);
    return fresh;
  }
  function setTag(repository, tag2, digest, request) {
    const { tags: tags2 } = ensure(repository);
    const previous = tags2.get(tag2) ?? null;
    if (digest === null) tags2.delete(tag2);
    else tags2.set(tag2, digest);
    if (previous !== digest) history.push({ repository, tag: tag2, digest, previous, request });
  }
  return {
    history,
    uploads,
    knows: (repository) => repositories.has(repository),
    tags: (repository) => [...repositories.get(repository)?.tags.keys() ?? []],
    manifest(repository, reference2) {
      const state = repositories.get(repository);
      return state?.manifests.get(state.tags.get(reference2) ?? reference2);
    },
    manifests: (repository) => [...repositories.get(repository)?.manifests.values() ?? []],
    putManifest(repository, tag2, manifest, request) {
      ensure(repository).manifests.set(manifest.digest, manifest);
      if (tag2 !== null) setTag(repository, tag2, manifest.digest, request);
    },
    deleteManifest(repository, digest, request) {
      const state = repositories.get(repository);
      if (!state?.manifests.delete(digest)) return false;
      for (const [tag2, target] of [...state.tags]) {
        if (target === digest) setTag(repository, tag2, null, request);
      }
      return true;
    },
    deleteTag(repository, tag2, request) {
      if (!repositories.get(repository)?.tags.has(tag2)) return false;
      setTag(repository, tag2, null, request);
      return true;
    },
    blob: (repository, digest) => repositories.get(repository)?.blobs.has(digest) ? content.get(digest) : void 0,
    putBlob(repository, digest, bytes2) {
      if (!content.has(digest)) content.set(digest, bytes2);
      ensure(repository).blobs.add(digest);
    },
    linkBlob(from, to, digest) {
      if (!repositories.get(from)?.blobs.has(digest)) return false;
      ensure(to).blobs.add(digest);
      return true;
    },
    unlinkBlob: (repository, digest) => repositories.get(repository)?.blobs.delete(digest) ?? false,
    startUpload(repository) {
      const upload = { id: (0, import_node_crypto4.randomUUID)(), repository, sink: newSink() };
      uploads.set(upload.id, upload);
      return upload;
    },
    newSink,
    async close() {
      for (const upload of uploads.values()) await upload.sink.discard();
      if (directory) await (0, import_promises6.rm)(await directory, { recursive: true, force: true });
    }
  };
}
var import_node_crypto4, import_promises6, import_node_path7;
var init_store = __esm({
  "src/embedded/store.ts"() {
    "use strict";
    import_node_crypto4 = require("node:crypto");
    import_promises6 = require("node:fs/promises");
    import_node_path7 = require("node:path");
    init_blobs2();
  }
});

// src/embedded/token.ts
function createTokenService(auth, now, realm) {
  const tickets = /* @__PURE__ */ new Map();
  const issued = [];
  const refreshTokens = new Map(Object.entries(auth.refreshTokens ?? {}));
  const service = auth.service ?? "retag-embedded";
  const lifetime = auth.lifetime ?? 300;
  function newToken(prefix) {
    const token = `${prefix}-${(0, import_node_crypto5.randomBytes)(24).toString("hex")}`;
    issued.push(token);
    return token;
  }
  function issue2(user, scopes, offline) {
    const access2 = scopes.flatMap(parseScope).map(({ repository, actions }) => ({
      repository,
      actions: grantOf(auth)(user, repository, actions)
    }));
    const token = newToken("retag-access");
    tickets.set(token, { expires: now() + lifetime * 1e3, access: access2 });
    const field = auth.field ?? "both";
    const expiresIn = auth.expiresIn === void 0 ? lifetime : auth.expiresIn;
    return json(200, {
      ...field === "access_token" ? {} : { token },
      ...field === "token" ? {} : { access_token: token },
      ...expiresIn === null ? {} : { expires_in: expiresIn },
      issued_at: new Date(now()).toISOString(),
      ...offline && user !== null ? { refresh_token: newRefreshToken(user) } : {}
    });
  }
  function newRefreshToken(user) {
    const token = newToken("retag-refresh");
    refreshTokens.set(token, user);
    return token;
  }
  function challenge(needs, error2) {
    const scope = needs.map(({ repository, actions }) => `repository:${repository}:${actions.join(",")}`);
    const parts = [
      `realm="${auth.realm ?? realm()}"`,
      `service="${service}"`,
      ...scope.length === 0 ? [] : [`scope="${scope.join(" ")}"`],
      ...error2 === null ? [] : [`error="${error2}"`]
    ];
    return refusal2(401, "UNAUTHORIZED", "authentication required", void 0, {
      "www-authenticate": `Bearer ${parts.join(",")}`
    });
  }
  function guard(call) {
    const needs = needsOf2(call);
    const match = /^bearer +(\S+)$/i.exec(call.headers["authorization"] ?? "");
    if (!match) return challenge(needs, null);
    const ticket = tickets.get(match[1] ?? "");
    if (!ticket || ticket.expires <= now()) return challenge(needs, "invalid_token");
    return needs.every((need) => covers2(ticket.access, need)) ? null : challenge(needs, "insufficient_scope");
  }
  async function post(call) {
    const form = new URLSearchParams((await readBody2(call.body, 64 * 1024))?.toString("utf8") ?? "");
    const user = form.get("grant_type") === "refresh_token" ? refreshTokens.get(form.get("refresh_token") ?? "") ?? null : passwordUser(auth, form);
    if (user === null) return refusal2(401, "UNAUTHORIZED", "authentication required");
    return issue2(user, (form.get("scope") ?? "").split(" "), form.get("access_type") === "offline");
  }
  return {
    guard,
    issued,
    async answer(call) {
      if (call.method === "POST") return auth.oauth2 === false ? pageNotFound() : post(call);
      if (call.method !== "GET") return refusal2(405, "UNSUPPORTED", "method not allowed");
      const header2 = call.headers["authorization"];
      const user = basicUser(auth, header2);
      if (header2 !== void 0 && user === null)
        return refusal2(401, "UNAUTHORIZED", "incorrect username or password");
      const scopes = call.query.getAll("scope").flatMap((scope) => scope.split(" "));
      return issue2(user, scopes, call.query.get("offline_token") === "true");
    }
  };
}
function passwordUser(auth, form) {
  const pair = Buffer.from(`${form.get("username") ?? ""}:${form.get("password") ?? ""}`).toString("base64");
  return form.get("grant_type") === "password" ? basicUser(auth, `Basic ${pair}`) : null;
}
function parseScope(scope) {
  const match = /^repository:(.+):([a-z*,]+)$/.exec(scope);
  if (!match) return [];
  const words = (match[2] ?? "").split(",");
  const known = ["pull", "push", "delete"];
  return [
    {
      repository: match[1] ?? "",
      actions: known.filter((action2) => words.includes(action2) || words.includes("*"))
    }
  ];
}
function covers2(access2, need) {
  return need.actions.every(
    (action2) => access2.some(({ repository, actions }) => repository === need.repository && actions.includes(action2))
  );
}
var import_node_crypto5;
var init_token2 = __esm({
  "src/embedded/token.ts"() {
    "use strict";
    import_node_crypto5 = require("node:crypto");
    init_access();
    init_answer();
    init_call();
  }
});

// src/embedded/upload-routes.ts
async function startUpload(store, behaviour, repository, call) {
  const { query } = call;
  const mount = query.get("mount");
  const from = query.get("from");
  if (mount !== null && from !== null && behaviour.mounts && store.linkBlob(from, repository, mount)) {
    return created(repository, mount);
  }
  const digest = query.get("digest");
  if (digest !== null && mount === null && behaviour.singlePost) {
    if (!isDigest(digest)) return badDigest(digest);
    const sink = store.newSink();
    await pour(call, sink);
    return keep3(store, repository, digest, sink);
  }
  return accepted(202, store.startUpload(repository));
}
async function patchUpload(store, behaviour, repository, call) {
  const upload = findUpload(store, repository, call);
  if ("status" in upload) return upload;
  const problem = outOfPlace(upload, behaviour, call);
  if (problem) return problem;
  await pour(call, upload.sink);
  return accepted(202, upload);
}
async function finishUpload(store, behaviour, repository, call) {
  const upload = findUpload(store, repository, call);
  if ("status" in upload) return upload;
  const digest = call.query.get("digest") ?? "";
  if (!isDigest(digest)) return badDigest(digest);
  const problem = outOfPlace(upload, behaviour, call);
  if (problem) return problem;
  await pour(call, upload.sink);
  store.uploads.delete(upload.id);
  return keep3(store, repository, digest, upload.sink);
}
function uploadStatus(store, repository, call) {
  const upload = findUpload(store, repository, call);
  return "status" in upload ? upload : accepted(204, upload);
}
async function cancelUpload2(store, repository, call) {
  const upload = findUpload(store, repository, call);
  if ("status" in upload) return upload;
  store.uploads.delete(upload.id);
  await upload.sink.discard();
  return empty(204);
}
function findUpload(store, repository, call) {
  const id = call.reference ?? "";
  if (!(call.query.get("_state") ?? "").startsWith(`${id}.`)) {
    return refusal2(404, "BLOB_UPLOAD_INVALID", "blob upload invalid", "missing or foreign _state");
  }
  const upload = store.uploads.get(id);
  if (upload?.repository === repository) return upload;
  return refusal2(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
}
function outOfPlace(upload, behaviour, call) {
  const misplaced = refusal2(
    416,
    "RANGE_INVALID",
    "invalid content range",
    void 0,
    accepted(416, upload).headers
  );
  if (call.query.get("_state") !== stateOf2(upload)) return misplaced;
  const range = call.headers["content-range"];
  if (range === void 0 || !behaviour.chunkOrder) return null;
  const match = /^(?:bytes )?(\d+)-(\d+)$/.exec(range);
  return match && Number(match[1]) === upload.sink.size ? null : misplaced;
}
async function pour(call, sink) {
  for await (const chunk of call.body) await sink.write(chunk);
}
async function keep3(store, repository, digest, sink) {
  const { digest: actual, content } = await sink.finish(digest);
  if (actual !== digest) {
    await sink.discard();
    return badDigest(digest);
  }
  store.putBlob(repository, digest, content);
  return created(repository, digest);
}
function created(repository, digest) {
  return empty(201, { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest });
}
function accepted(status, upload) {
  return empty(status, {
    location: `/v2/${upload.repository}/blobs/uploads/${upload.id}?_state=${stateOf2(upload)}`,
    range: `0-${Math.max(upload.sink.size - 1, 0)}`,
    "docker-upload-uuid": upload.id
  });
}
function stateOf2(upload) {
  return `${upload.id}.${upload.sink.size}`;
}
var init_upload_routes = __esm({
  "src/embedded/upload-routes.ts"() {
    "use strict";
    init_reference();
    init_answer();
    init_manifest_routes();
  }
});

// src/embedded/classify.ts
function classifyRequest(method, url) {
  const mark = url.indexOf("?");
  const path6 = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  const plain = (kind) => ({
    kind,
    repository: null,
    reference: null,
    query
  });
  if (path6 === "/v2/" || path6 === "/v2")
    return plain(method === "GET" || method === "HEAD" ? "ping" : "other");
  if (path6 === "/token") return plain("token");
  for (const [pattern, kindOf3] of ROUTES) {
    const match = pattern.exec(path6);
    if (!match) continue;
    const reference2 = match[2] === void 0 ? null : decode2(match[2]);
    const kind = kindOf3(method, reference2 ?? "", query);
    return { kind, repository: match[1] ?? "", reference: reference2, query };
  }
  return plain("other");
}
function manifestKind(method, reference2) {
  switch (method) {
    case "HEAD":
      return "head-manifest";
    case "GET":
      return "get-manifest";
    case "PUT":
      return reference2.includes(":") ? "put-manifest-digest" : "put-manifest-tag";
    case "DELETE":
      return "delete-manifest";
    default:
      return "other";
  }
}
function startKind(method, _reference, query) {
  if (method !== "POST") return "other";
  return query.has("mount") ? "mount" : "start-upload";
}
function uploadKind(method) {
  switch (method) {
    case "PATCH":
      return "patch-blob";
    case "PUT":
      return "put-blob";
    case "GET":
      return "upload-status";
    case "DELETE":
      return "cancel-upload";
    default:
      return "other";
  }
}
function blobKind(method) {
  switch (method) {
    case "HEAD":
      return "head-blob";
    case "GET":
      return "get-blob";
    case "DELETE":
      return "delete-blob";
    default:
      return "other";
  }
}
function decode2(text4) {
  try {
    return decodeURIComponent(text4);
  } catch {
    return text4;
  }
}
var ROUTES;
var init_classify4 = __esm({
  "src/embedded/classify.ts"() {
    "use strict";
    ROUTES = [
      [/^\/v2\/(.+)\/manifests\/([^/]+)$/, manifestKind],
      [/^\/v2\/(.+)\/blobs\/uploads\/?$/, startKind],
      [/^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/, uploadKind],
      [/^\/v2\/(.+)\/blobs\/([^/]+)$/, blobKind],
      [/^\/v2\/(.+)\/tags\/list$/, (method) => method === "GET" ? "tags" : "other"],
      [/^\/v2\/(.+)\/referrers\/([^/]+)$/, (method) => method === "GET" ? "referrers" : "other"]
    ];
  }
});

// src/embedded/fault-effects.ts
function replacement(fault, call) {
  if (fault.kind === "status" && !fault.commit) return statusAnswer(fault);
  if (fault.kind === "redirect") {
    return empty(fault.status ?? 307, { location: redirectTarget(fault.to, call) });
  }
  if (fault.kind === "throttle") {
    const headers = fault.retryAfter === null ? {} : { "retry-after": fault.retryAfter };
    return refusal2(429, "TOOMANYREQUESTS", "too many requests", void 0, headers);
  }
  return fault.kind === "accept-404" ? notAccepted("OCI index found, but accept header does not support OCI indexes") : null;
}
async function altered(fault, call, answer) {
  if (fault.kind === "status" && fault.commit) return statusAnswer(fault);
  if (fault.kind === "corrupt") return { ...answer, body: flipped(await bufferOf(answer), fault.at) };
  if (fault.kind === "headers") return { ...answer, headers: merged(answer.headers, fault.set) };
  const location = answer.headers["location"];
  if (fault.kind !== "location" || location === void 0) return answer;
  return { ...answer, headers: { ...answer.headers, location: movedTo(fault.to, location, call) } };
}
function mannerOf(fault) {
  if (fault.kind === "truncate" || fault.kind === "flood") return fault;
  if (fault.kind === "drip") return { kind: "drip", everyMs: fault.everyMs, bytes: fault.bytes ?? 1 };
  if (fault.kind === "reset" && fault.when === "after") return { kind: "reset" };
  if (fault.kind !== "stall" || fault.when === "headers") return null;
  return { kind: "stall", after: fault.when === "answer" ? "nothing" : "half" };
}
async function bufferOf(answer) {
  return Buffer.isBuffer(answer.body) ? answer.body : collect(answer.body.open());
}
function statusAnswer(fault) {
  const { status, body = "json", code: code2 = "UNKNOWN", message = "a fault on demand", headers = {} } = fault;
  switch (body) {
    case "json":
      return refusal2(status, code2, message, void 0, headers);
    case "html":
      return bytes(status, Buffer.from(HTML), { "content-type": "text/html; charset=utf-8", ...headers });
    case "empty":
      return empty(status, headers);
    default:
      return bytes(status, Buffer.from(body), headers);
  }
}
function flipped(body, at2 = Math.floor(body.length / 2)) {
  const copy = Buffer.from(body);
  if (copy.length > 0) copy[at2] = (copy[at2] ?? 0) ^ 1;
  return copy;
}
function merged(headers, set) {
  const entries = Object.entries({ ...headers, ...set });
  return Object.fromEntries(entries.filter((pair) => pair[1] !== null));
}
function redirectTarget(to, call) {
  if (to === "loop") return call.url;
  return isOrigin(to) ? to + call.url : to;
}
function movedTo(to, location, call) {
  const absolute = new URL(location, `http://${call.headers["host"] ?? "localhost"}`);
  if (to === "absolute") return absolute.href;
  const path6 = absolute.pathname + absolute.search;
  if (to === "relative") return path6;
  return isOrigin(to) ? to + path6 : to;
}
function isOrigin(text4) {
  return /^https?:\/\/[^/]+$/.test(text4);
}
var HTML;
var init_fault_effects = __esm({
  "src/embedded/fault-effects.ts"() {
    "use strict";
    init_answer();
    init_call();
    init_negotiate();
    HTML = "<html><head><title>Error</title></head><body><h1>It is not the registry that speaks</h1></body></html>\n";
  }
});

// src/embedded/send.ts
async function sendPlainly(response, answer, head) {
  const bodyless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...bodyless ? {} : { "content-length": String(answer.body.length) },
    ...answer.headers
  });
  if (head || bodyless) response.end();
  else if (Buffer.isBuffer(answer.body)) response.end(answer.body);
  else await (0, import_promises7.pipeline)(answer.body.open(), response);
}
async function sendBadly(response, answer, head, manner) {
  const socket = response.socket;
  if (!socket) return;
  const body = head ? Buffer.alloc(0) : await bufferOf(answer);
  const length = { "content-length": String(answer.body.length) };
  switch (manner.kind) {
    case "reset":
      socket.resetAndDestroy();
      return;
    case "stall":
      if (manner.after === "half") {
        writeHead(socket, answer, length);
        socket.write(body.subarray(0, Math.floor(body.length / 2)));
      }
      await untilClosed(socket);
      return;
    case "truncate": {
      const part = body.subarray(0, manner.at ?? Math.floor(body.length / 2));
      if (manner.framing === "chunked") {
        writeHead(socket, answer, { "transfer-encoding": "chunked" });
        socket.end(
          Buffer.concat([Buffer.from(`${part.length.toString(16)}\r
`), part, Buffer.from("\r\n")])
        );
      } else {
        writeHead(socket, answer, manner.framing === "length" ? length : { connection: "close" });
        socket.end(part);
      }
      return;
    }
    case "flood":
      await flood(socket, answer, manner);
      return;
    case "drip":
      writeHead(socket, answer, length);
      for (let at2 = 0; at2 < body.length && !socket.destroyed; at2 += manner.bytes) {
        socket.write(body.subarray(at2, at2 + manner.bytes));
        await (0, import_promises8.setTimeout)(manner.everyMs);
      }
      socket.end();
      return;
  }
}
async function untilClosed(socket) {
  if (!socket.destroyed) await (0, import_node_events.once)(socket, "close");
}
async function flood(socket, answer, manner) {
  const blanks = Buffer.alloc(Math.min(FLOOD_PART, manner.bytes), " ");
  const part = manner.gzip ? (0, import_node_zlib.gzipSync)(blanks) : blanks.subarray(0, 64 * 1024);
  const parts = Math.ceil(manner.bytes / (manner.gzip ? blanks.length : part.length));
  writeHead(socket, answer, {
    "transfer-encoding": "chunked",
    ...manner.gzip ? { "content-encoding": "gzip" } : {}
  });
  for (let sent = 0; sent < parts && !socket.destroyed; sent += 1) {
    socket.write(`${part.length.toString(16)}\r
`);
    socket.write(part);
    if (!socket.write("\r\n")) await Promise.race([(0, import_node_events.once)(socket, "drain"), untilClosed(socket)]);
  }
  if (!socket.destroyed) socket.end("0\r\n\r\n");
}
function writeHead(socket, answer, framing) {
  const headers = Object.entries({ ...answer.headers, ...framing });
  const lines2 = headers.map(([name, value]) => `${name}: ${value}\r
`).join("");
  socket.write(`HTTP/1.1 ${answer.status} Fault\r
${lines2}\r
`, "latin1");
}
var import_node_events, import_promises7, import_promises8, import_node_zlib, FLOOD_PART;
var init_send = __esm({
  "src/embedded/send.ts"() {
    "use strict";
    import_node_events = require("node:events");
    import_promises7 = require("node:stream/promises");
    import_promises8 = require("node:timers/promises");
    import_node_zlib = require("node:zlib");
    init_fault_effects();
    FLOOD_PART = 16 * 1024 * 1024;
  }
});

// src/embedded/wire.ts
async function listen(options) {
  const connections = /* @__PURE__ */ new WeakMap();
  let connectionCount = 0;
  let inFlight = 0;
  let host = "";
  function record3(request, call) {
    const connection = connections.get(request.socket) ?? connectionCount++;
    connections.set(request.socket, connection);
    const { index: index2, method, url, kind, repository, reference: reference2, headers } = call;
    const entry = {
      index: index2,
      at: options.now(),
      method,
      url,
      kind,
      repository,
      reference: reference2,
      headers,
      host,
      connection,
      inFlight,
      status: 0,
      faults: []
    };
    options.log.push(entry);
    return entry;
  }
  async function serve(request, response) {
    const call = callOf(request, options.log.length);
    inFlight += 1;
    const entry = record3(request, call);
    const faults = options.faults.take(call);
    entry.faults = faults.map(faultName);
    try {
      const answer = await answerUnder(faults, call, request, options.handle);
      if (answer) await send(response, answer, call, faults, entry);
    } catch (error2) {
      if (!request.socket.destroyed && !response.headersSent) {
        await sendPlainly(response, refusal2(500, "UNKNOWN", String(error2)), false);
        entry.status = 500;
      } else response.destroy();
    } finally {
      inFlight -= 1;
    }
  }
  const listener = (request, response) => void serve(request, response);
  const server = options.tls ? (0, import_node_https3.createServer)(options.tls, listener) : (0, import_node_http3.createServer)(listener);
  server.keepAliveTimeout = 6e4;
  server.requestTimeout = 0;
  server.listen(options.port ?? 0, "127.0.0.1");
  await (0, import_node_events2.once)(server, "listening");
  host = `127.0.0.1:${server.address().port}`;
  return {
    host,
    url: `${options.tls ? "https" : "http"}://${host}`,
    async close() {
      const closed = (0, import_node_events2.once)(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    }
  };
}
async function answerUnder(faults, call, request, handle) {
  let instead = null;
  for (const fault of faults) {
    if (fault.kind === "call" && fault.when === "before") await fault.onRequest(call);
    if (fault.kind === "delay") await (0, import_promises9.setTimeout)(fault.ms);
    if (fault.kind === "stall" && fault.when === "headers") await untilClosed(request.socket);
    if (fault.kind === "reset" && fault.when !== "after") await resetEarly(request, fault.when);
    if (request.socket.destroyed) return null;
    instead ??= replacement(fault, call);
  }
  let answer = instead ?? await handle(call);
  for (const fault of faults) {
    if (fault.kind === "call" && fault.when === "after") await fault.onRequest(call);
    answer = await altered(fault, call, answer);
  }
  return answer;
}
async function resetEarly(request, when) {
  if (when === "during" && !request.complete) await (0, import_node_events2.once)(request, "data");
  request.socket.resetAndDestroy();
}
async function send(response, answer, call, faults, entry) {
  const manner = faults.map(mannerOf).find((found) => found !== null);
  if (manner?.kind !== "reset") entry.status = answer.status;
  const head = call.method === "HEAD";
  if (manner) await sendBadly(response, answer, head, manner);
  else await sendPlainly(response, answer, head);
}
function callOf(request, index2) {
  const method = request.method ?? "GET";
  const url = request.url ?? "/";
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : value ?? ""
    ])
  );
  return { ...classifyRequest(method, url), method, url, headers, body: request, index: index2 };
}
var import_node_http3, import_node_https3, import_node_events2, import_promises9;
var init_wire3 = __esm({
  "src/embedded/wire.ts"() {
    "use strict";
    import_node_http3 = require("node:http");
    import_node_https3 = require("node:https");
    import_node_events2 = require("node:events");
    import_promises9 = require("node:timers/promises");
    init_answer();
    init_classify4();
    init_fault_effects();
    init_faults();
    init_send();
  }
});

// src/embedded/server.ts
async function startRegistry(options = {}) {
  const store = createStore(options.spillAbove ?? 8 * 1024 * 1024, options.temporaryDirectory ?? (0, import_node_os2.tmpdir)());
  const behaviour = { ...SPEC, ...options.behaviour };
  const auth = options.auth ?? { kind: "none" };
  const now = options.now ?? Date.now;
  const log = [];
  const faults = createFaultList(options.faults);
  let tokenUrl = null;
  const tokens = auth.kind === "token" ? createTokenService(auth, now, () => tokenUrl ?? "") : null;
  const wire2 = { faults, log, now, ...options.tls ? { tls: options.tls } : {} };
  const handle = handler(store, behaviour, guardOf(auth, tokens), tokens);
  const main = await listen({ ...wire2, handle, port: options.port ?? 0 });
  const second = tokens && auth.kind === "token" && auth.ownPort ? await listen({
    ...wire2,
    handle: (call) => call.kind === "token" ? tokens.answer(call) : pageNotFound()
  }) : null;
  if (tokens) tokenUrl = `${(second ?? main).url}/token`;
  return {
    url: main.url,
    host: main.host,
    tokenUrl,
    requests: log,
    history: store.history,
    tokens: tokens?.issued ?? [],
    faults,
    tags: (repository) => [...store.tags(repository)].sort(),
    manifest: (repository, reference2) => store.manifest(repository, reference2),
    hasBlob: (repository, digest) => store.blob(repository, digest) !== void 0,
    putManifest: (repository, tag2, manifest) => store.putManifest(repository, tag2, manifest, null),
    putBlob(repository, content, like) {
      const digest = digestOf2(content, like);
      store.putBlob(repository, digest, inMemory([content]));
      return digest;
    },
    async streamBlob(repository, content) {
      const sink = store.newSink();
      for await (const chunk of content) await sink.write(Buffer.from(chunk));
      const { digest, content: stored } = await sink.finish();
      store.putBlob(repository, digest, stored);
      return digest;
    },
    deleteTag: (repository, tag2) => void store.deleteTag(repository, tag2, null),
    async close() {
      await Promise.all([main.close(), second?.close()]);
      await store.close();
    }
  };
}
function guardOf(auth, tokens) {
  if (tokens) return tokens.guard;
  return auth.kind === "basic" ? basicGuard(auth) : () => null;
}
function handler(store, behaviour, guard, tokens) {
  return async (call) => {
    if (call.kind === "token") return tokens ? tokens.answer(call) : pageNotFound();
    const refused2 = guard(call);
    if (refused2) return refused2;
    if (call.kind === "ping") return json(200, {}, { "docker-distribution-api-version": "registry/2.0" });
    const { repository } = call;
    if (call.kind === "other" || repository === null) return pageNotFound();
    if (!parseRepository(`localhost/${repository}`).ok) {
      return refusal2(400, "NAME_INVALID", "invalid repository name", repository);
    }
    return route(store, behaviour, repository, call);
  };
}
function route(store, behaviour, repository, call) {
  switch (call.kind) {
    case "head-manifest":
    case "get-manifest":
      return getManifest(store, behaviour, repository, call);
    case "put-manifest-tag":
    case "put-manifest-digest":
      return putManifest(store, behaviour, repository, call);
    case "delete-manifest":
      return deleteManifest(store, behaviour, repository, call);
    case "head-blob":
    case "get-blob":
      return getBlob(store, repository, call);
    case "delete-blob":
      return deleteBlob(store, repository, call);
    case "mount":
    case "start-upload":
      return startUpload(store, behaviour, repository, call);
    case "patch-blob":
      return patchUpload(store, behaviour, repository, call);
    case "put-blob":
      return finishUpload(store, behaviour, repository, call);
    case "upload-status":
      return uploadStatus(store, repository, call);
    case "cancel-upload":
      return cancelUpload2(store, repository, call);
    case "tags":
      return listTags2(store, behaviour, repository, call);
    case "referrers":
      return listReferrers(store, behaviour, repository, call);
    case "ping":
    case "token":
    case "other":
      return empty(404);
  }
}
var import_node_os2;
var init_server = __esm({
  "src/embedded/server.ts"() {
    "use strict";
    import_node_os2 = require("node:os");
    init_access();
    init_answer();
    init_behaviour();
    init_blob_routes();
    init_blobs2();
    init_faults();
    init_listing_routes();
    init_manifest_routes();
    init_store();
    init_token2();
    init_upload_routes();
    init_wire3();
    init_reference();
    init_behaviour();
    init_classify4();
  }
});

// src/commands/demo.ts
var demo_exports = {};
__export(demo_exports, {
  demoCommand: () => demoCommand
});
async function demoCommand(args, io) {
  const log = logFor(args, io);
  const embedded = await startRegistry();
  const deadline = startDeadline(6e4, "1m");
  try {
    fill2(embedded, "one");
    const step = (command) => runOn(embedded, command, io, log, deadline.signal);
    log.line(
      `A registry runs inside this process at ${embedded.host}, filled with images for ${PLATFORMS.join(", ")}.`
    );
    log.line("The tag file asks for:");
    for (const line2 of TAG_FILE.trimEnd().split("\n")) log.line(`    ${line2}`);
    log.line("");
    log.line("1. retag plan: what would happen. Nothing is written.");
    const planned2 = await step("plan");
    log.line("");
    log.line(
      "2. retag apply: manifests are copied inside the registry, with all platforms; nothing is pulled."
    );
    const applied2 = await step("apply");
    log.line("");
    log.line("3. retag apply again: every tag is right already, so no request writes anything.");
    const before = embedded.requests.length;
    const again = await step("apply");
    const written = embedded.requests.slice(before).filter(({ method }) => method !== "GET" && method !== "HEAD");
    log.line(`   Requests that write: ${written.length}.`);
    log.line("");
    log.line(
      "4. Somebody builds the source tag anew. The published tags do not move: retag refuses, exit status 1."
    );
    fill2(embedded, "two");
    const refused2 = await step("apply");
    const codes = [planned2, applied2, again, refused2].map(({ exitCode: exitCode2 }) => exitCode2).join(" ");
    const asTold = codes === "0 0 0 1" && written.length === 0;
    log.line("");
    log.line(
      asTold ? "That is Retag. Next: retag plan --config FILE on your own tag file." : `This went wrong: ${codes}`
    );
    return asTold ? 0 : deadline.exitCode() ?? 1;
  } finally {
    deadline.release();
    await embedded.close();
  }
}
function fill2(registry, generation) {
  for (const name of ["example/sriov-cni", "example/device-plugin"]) {
    const children = PLATFORMS.map(
      (platform3) => image2({
        platform: platform3,
        labels: { "org.opencontainers.image.revision": COMMIT },
        layers: [{ files: { "etc/release": `${name} ${platform3} ${generation}
` } }]
      })
    );
    seed(registry, name, "master-stable-20191203T153530Z.0", index(children, { attestations: true }));
  }
}
async function runOn(embedded, command, io, log, signal) {
  const registry = realRegistry({
    env: { PATH: io.env["PATH"] },
    log,
    signal,
    concurrency: 16,
    insecureRegistries: [],
    anonymous: true,
    githubToken: "",
    onSecret: () => void 0
  });
  const bytes2 = new TextEncoder().encode(TAG_FILE);
  const request = {
    command,
    files: [{ path: "image-tags.yaml", bytes: bytes2 }],
    force: [],
    registryMap: [`docker.io=${embedded.host}`],
    concurrency: 16,
    changesAsCode: false
  };
  try {
    return await run(request, { registry, log, clock: systemClock, signal });
  } finally {
    registry.close();
  }
}
var PLATFORMS, COMMIT, TAG_FILE;
var init_demo = __esm({
  "src/commands/demo.ts"() {
    "use strict";
    init_adapters();
    init_images();
    init_seed();
    init_server();
    init_run();
    init_clock();
    init_deadline();
    init_output();
    PLATFORMS = ["linux/amd64", "linux/arm64", "linux/s390x", "linux/ppc64le"];
    COMMIT = "dac417bd31ed36d455e94db4aabe5916367654d4";
    TAG_FILE = `# The reviewed file: which image gets which tag.
images:
  - name: docker.io/example/sriov-cni
    src_build_tag: master-stable-20191203T153530Z.0
    src_ref: https://example.org/integ/commit/${COMMIT}
    tag: stx.4.0-v2.2
    stable: true
  - name: docker.io/example/device-plugin
    src_build_tag: master-stable-20191203T153530Z.0
    platforms: [linux/amd64, linux/arm64]
    tag: stx.4.0-v1.0
`;
  }
});

// node_modules/@actions/core/lib/utils.js
function toCommandValue(input) {
  if (input === null || input === void 0) {
    return "";
  } else if (typeof input === "string" || input instanceof String) {
    return input;
  }
  return JSON.stringify(input);
}
function toCommandProperties(annotationProperties) {
  if (!Object.keys(annotationProperties).length) {
    return {};
  }
  return {
    title: annotationProperties.title,
    file: annotationProperties.file,
    line: annotationProperties.startLine,
    endLine: annotationProperties.endLine,
    col: annotationProperties.startColumn,
    endColumn: annotationProperties.endColumn
  };
}
var init_utils = __esm({
  "node_modules/@actions/core/lib/utils.js"() {
  }
});

// node_modules/@actions/core/lib/command.js
function issueCommand(command, properties, message) {
  const cmd = new Command(command, properties, message);
  process.stdout.write(cmd.toString() + os.EOL);
}
function issue(name, message = "") {
  issueCommand(name, {}, message);
}
function escapeData(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}
var os, CMD_STRING, Command;
var init_command = __esm({
  "node_modules/@actions/core/lib/command.js"() {
    os = __toESM(require("os"), 1);
    init_utils();
    CMD_STRING = "::";
    Command = class {
      constructor(command, properties, message) {
        if (!command) {
          command = "missing.command";
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
      }
      toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
          cmdStr += " ";
          let first2 = true;
          for (const key in this.properties) {
            if (this.properties.hasOwnProperty(key)) {
              const val = this.properties[key];
              if (val) {
                if (first2) {
                  first2 = false;
                } else {
                  cmdStr += ",";
                }
                cmdStr += `${key}=${escapeProperty(val)}`;
              }
            }
          }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
      }
    };
  }
});

// node_modules/@actions/core/lib/file-command.js
function issueFileCommand(command, message) {
  const filePath = process.env[`GITHUB_${command}`];
  if (!filePath) {
    throw new Error(`Unable to find environment variable for file command ${command}`);
  }
  if (!fs.existsSync(filePath)) {
    throw new Error(`Missing file at path: ${filePath}`);
  }
  fs.appendFileSync(filePath, `${toCommandValue(message)}${os2.EOL}`, {
    encoding: "utf8"
  });
}
function prepareKeyValueMessage(key, value) {
  const delimiter3 = `ghadelimiter_${crypto.randomUUID()}`;
  const convertedValue = toCommandValue(value);
  if (key.includes(delimiter3)) {
    throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter3}"`);
  }
  if (convertedValue.includes(delimiter3)) {
    throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter3}"`);
  }
  return `${key}<<${delimiter3}${os2.EOL}${convertedValue}${os2.EOL}${delimiter3}`;
}
var crypto, fs, os2;
var init_file_command = __esm({
  "node_modules/@actions/core/lib/file-command.js"() {
    crypto = __toESM(require("crypto"), 1);
    fs = __toESM(require("fs"), 1);
    os2 = __toESM(require("os"), 1);
    init_utils();
  }
});

// retag:no-oidc
var none;
var init_no_oidc = __esm({
  "retag:no-oidc"() {
    none = () => {
      throw new Error("OIDC tokens are not part of this build");
    };
  }
});

// node_modules/@actions/core/lib/oidc-utils.js
var __awaiter, OidcClient;
var init_oidc_utils = __esm({
  "node_modules/@actions/core/lib/oidc-utils.js"() {
    init_no_oidc();
    init_no_oidc();
    init_core();
    __awaiter = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
    OidcClient = class _OidcClient {
      static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
          allowRetries: allowRetry,
          maxRetries: maxRetry
        };
        return new none("actions/oidc-client", [new none(_OidcClient.getRequestToken())], requestOptions);
      }
      static getRequestToken() {
        const token = process.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
        if (!token) {
          throw new Error("Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable");
        }
        return token;
      }
      static getIDTokenUrl() {
        const runtimeUrl = process.env["ACTIONS_ID_TOKEN_REQUEST_URL"];
        if (!runtimeUrl) {
          throw new Error("Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable");
        }
        return runtimeUrl;
      }
      static getCall(id_token_url) {
        return __awaiter(this, void 0, void 0, function* () {
          var _a;
          const httpclient = _OidcClient.createHttpClient();
          const res = yield httpclient.getJson(id_token_url).catch((error2) => {
            throw new Error(`Failed to get ID Token. 
 
        Error Code : ${error2.statusCode}
 
        Error Message: ${error2.message}`);
          });
          const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
          if (!id_token) {
            throw new Error("Response json body do not have ID Token field");
          }
          return id_token;
        });
      }
      static getIDToken(audience) {
        return __awaiter(this, void 0, void 0, function* () {
          try {
            let id_token_url = _OidcClient.getIDTokenUrl();
            if (audience) {
              const encodedAudience = encodeURIComponent(audience);
              id_token_url = `${id_token_url}&audience=${encodedAudience}`;
            }
            debug4(`ID token url is ${id_token_url}`);
            const id_token = yield _OidcClient.getCall(id_token_url);
            setSecret(id_token);
            return id_token;
          } catch (error2) {
            throw new Error(`Error message: ${error2.message}`);
          }
        });
      }
    };
  }
});

// node_modules/@actions/core/lib/summary.js
var import_os, import_fs, __awaiter2, access, appendFile, writeFile2, SUMMARY_ENV_VAR, Summary, _summary, markdownSummary, summary;
var init_summary = __esm({
  "node_modules/@actions/core/lib/summary.js"() {
    import_os = require("os");
    import_fs = require("fs");
    __awaiter2 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
    ({ access, appendFile, writeFile: writeFile2 } = import_fs.promises);
    SUMMARY_ENV_VAR = "GITHUB_STEP_SUMMARY";
    Summary = class {
      constructor() {
        this._buffer = "";
      }
      /**
       * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
       * Also checks r/w permissions.
       *
       * @returns step summary file path
       */
      filePath() {
        return __awaiter2(this, void 0, void 0, function* () {
          if (this._filePath) {
            return this._filePath;
          }
          const pathFromEnv = process.env[SUMMARY_ENV_VAR];
          if (!pathFromEnv) {
            throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
          }
          try {
            yield access(pathFromEnv, import_fs.constants.R_OK | import_fs.constants.W_OK);
          } catch (_a) {
            throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
          }
          this._filePath = pathFromEnv;
          return this._filePath;
        });
      }
      /**
       * Wraps content in an HTML tag, adding any HTML attributes
       *
       * @param {string} tag HTML tag to wrap
       * @param {string | null} content content within the tag
       * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
       *
       * @returns {string} content wrapped in HTML element
       */
      wrap(tag2, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`).join("");
        if (!content) {
          return `<${tag2}${htmlAttrs}>`;
        }
        return `<${tag2}${htmlAttrs}>${content}</${tag2}>`;
      }
      /**
       * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
       *
       * @param {SummaryWriteOptions} [options] (optional) options for write operation
       *
       * @returns {Promise<Summary>} summary instance
       */
      write(options) {
        return __awaiter2(this, void 0, void 0, function* () {
          const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
          const filePath = yield this.filePath();
          const writeFunc = overwrite ? writeFile2 : appendFile;
          yield writeFunc(filePath, this._buffer, { encoding: "utf8" });
          return this.emptyBuffer();
        });
      }
      /**
       * Clears the summary buffer and wipes the summary file
       *
       * @returns {Summary} summary instance
       */
      clear() {
        return __awaiter2(this, void 0, void 0, function* () {
          return this.emptyBuffer().write({ overwrite: true });
        });
      }
      /**
       * Returns the current summary buffer as a string
       *
       * @returns {string} string of summary buffer
       */
      stringify() {
        return this._buffer;
      }
      /**
       * If the summary buffer is empty
       *
       * @returns {boolen} true if the buffer is empty
       */
      isEmptyBuffer() {
        return this._buffer.length === 0;
      }
      /**
       * Resets the summary buffer without writing to summary file
       *
       * @returns {Summary} summary instance
       */
      emptyBuffer() {
        this._buffer = "";
        return this;
      }
      /**
       * Adds raw text to the summary buffer
       *
       * @param {string} text content to add
       * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
       *
       * @returns {Summary} summary instance
       */
      addRaw(text4, addEOL = false) {
        this._buffer += text4;
        return addEOL ? this.addEOL() : this;
      }
      /**
       * Adds the operating system-specific end-of-line marker to the buffer
       *
       * @returns {Summary} summary instance
       */
      addEOL() {
        return this.addRaw(import_os.EOL);
      }
      /**
       * Adds an HTML codeblock to the summary buffer
       *
       * @param {string} code content to render within fenced code block
       * @param {string} lang (optional) language to syntax highlight code
       *
       * @returns {Summary} summary instance
       */
      addCodeBlock(code2, lang) {
        const attrs = Object.assign({}, lang && { lang });
        const element = this.wrap("pre", this.wrap("code", code2), attrs);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML list to the summary buffer
       *
       * @param {string[]} items list of items to render
       * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
       *
       * @returns {Summary} summary instance
       */
      addList(items, ordered = false) {
        const tag2 = ordered ? "ol" : "ul";
        const listItems = items.map((item) => this.wrap("li", item)).join("");
        const element = this.wrap(tag2, listItems);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML table to the summary buffer
       *
       * @param {SummaryTableCell[]} rows table rows
       *
       * @returns {Summary} summary instance
       */
      addTable(rows) {
        const tableBody = rows.map((row) => {
          const cells = row.map((cell) => {
            if (typeof cell === "string") {
              return this.wrap("td", cell);
            }
            const { header: header2, data, colspan, rowspan } = cell;
            const tag2 = header2 ? "th" : "td";
            const attrs = Object.assign(Object.assign({}, colspan && { colspan }), rowspan && { rowspan });
            return this.wrap(tag2, data, attrs);
          }).join("");
          return this.wrap("tr", cells);
        }).join("");
        const element = this.wrap("table", tableBody);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds a collapsable HTML details element to the summary buffer
       *
       * @param {string} label text for the closed state
       * @param {string} content collapsable content
       *
       * @returns {Summary} summary instance
       */
      addDetails(label2, content) {
        const element = this.wrap("details", this.wrap("summary", label2) + content);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML image tag to the summary buffer
       *
       * @param {string} src path to the image you to embed
       * @param {string} alt text description of the image
       * @param {SummaryImageOptions} options (optional) addition image attributes
       *
       * @returns {Summary} summary instance
       */
      addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, width && { width }), height && { height });
        const element = this.wrap("img", null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML section heading element
       *
       * @param {string} text heading text
       * @param {number | string} [level=1] (optional) the heading level, default: 1
       *
       * @returns {Summary} summary instance
       */
      addHeading(text4, level) {
        const tag2 = `h${level}`;
        const allowedTag = ["h1", "h2", "h3", "h4", "h5", "h6"].includes(tag2) ? tag2 : "h1";
        const element = this.wrap(allowedTag, text4);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML thematic break (<hr>) to the summary buffer
       *
       * @returns {Summary} summary instance
       */
      addSeparator() {
        const element = this.wrap("hr", null);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML line break (<br>) to the summary buffer
       *
       * @returns {Summary} summary instance
       */
      addBreak() {
        const element = this.wrap("br", null);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML blockquote to the summary buffer
       *
       * @param {string} text quote text
       * @param {string} cite (optional) citation url
       *
       * @returns {Summary} summary instance
       */
      addQuote(text4, cite) {
        const attrs = Object.assign({}, cite && { cite });
        const element = this.wrap("blockquote", text4, attrs);
        return this.addRaw(element).addEOL();
      }
      /**
       * Adds an HTML anchor tag to the summary buffer
       *
       * @param {string} text link text/content
       * @param {string} href hyperlink
       *
       * @returns {Summary} summary instance
       */
      addLink(text4, href) {
        const element = this.wrap("a", text4, { href });
        return this.addRaw(element).addEOL();
      }
    };
    _summary = new Summary();
    markdownSummary = _summary;
    summary = _summary;
  }
});

// node_modules/@actions/core/lib/path-utils.js
function toPosixPath(pth) {
  return pth.replace(/[\\]/g, "/");
}
function toWin32Path(pth) {
  return pth.replace(/[/]/g, "\\");
}
function toPlatformPath(pth) {
  return pth.replace(/[/\\]/g, path.sep);
}
var path;
var init_path_utils = __esm({
  "node_modules/@actions/core/lib/path-utils.js"() {
    path = __toESM(require("path"), 1);
  }
});

// node_modules/@actions/io/lib/io-util.js
function exists2(fsPath) {
  return __awaiter3(this, void 0, void 0, function* () {
    try {
      yield stat(fsPath);
    } catch (err) {
      if (err.code === "ENOENT") {
        return false;
      }
      throw err;
    }
    return true;
  });
}
function isRooted(p) {
  p = normalizeSeparators(p);
  if (!p) {
    throw new Error('isRooted() parameter "p" cannot be empty');
  }
  if (IS_WINDOWS) {
    return p.startsWith("\\") || /^[A-Z]:/i.test(p);
  }
  return p.startsWith("/");
}
function tryGetExecutablePath(filePath, extensions) {
  return __awaiter3(this, void 0, void 0, function* () {
    let stats = void 0;
    try {
      stats = yield stat(filePath);
    } catch (err) {
      if (err.code !== "ENOENT") {
        console.log(`Unexpected error attempting to determine if executable file exists '${filePath}': ${err}`);
      }
    }
    if (stats && stats.isFile()) {
      if (IS_WINDOWS) {
        const upperExt = path2.extname(filePath).toUpperCase();
        if (extensions.some((validExt) => validExt.toUpperCase() === upperExt)) {
          return filePath;
        }
      } else {
        if (isUnixExecutable(stats)) {
          return filePath;
        }
      }
    }
    const originalFilePath = filePath;
    for (const extension of extensions) {
      filePath = originalFilePath + extension;
      stats = void 0;
      try {
        stats = yield stat(filePath);
      } catch (err) {
        if (err.code !== "ENOENT") {
          console.log(`Unexpected error attempting to determine if executable file exists '${filePath}': ${err}`);
        }
      }
      if (stats && stats.isFile()) {
        if (IS_WINDOWS) {
          try {
            const directory = path2.dirname(filePath);
            const upperName = path2.basename(filePath).toUpperCase();
            for (const actualName of yield readdir2(directory)) {
              if (upperName === actualName.toUpperCase()) {
                filePath = path2.join(directory, actualName);
                break;
              }
            }
          } catch (err) {
            console.log(`Unexpected error attempting to determine the actual case of the file '${filePath}': ${err}`);
          }
          return filePath;
        } else {
          if (isUnixExecutable(stats)) {
            return filePath;
          }
        }
      }
    }
    return "";
  });
}
function normalizeSeparators(p) {
  p = p || "";
  if (IS_WINDOWS) {
    p = p.replace(/\//g, "\\");
    return p.replace(/\\\\+/g, "\\");
  }
  return p.replace(/\/\/+/g, "/");
}
function isUnixExecutable(stats) {
  return (stats.mode & 1) > 0 || (stats.mode & 8) > 0 && process.getgid !== void 0 && stats.gid === process.getgid() || (stats.mode & 64) > 0 && process.getuid !== void 0 && stats.uid === process.getuid();
}
var fs2, path2, __awaiter3, chmod, copyFile, lstat2, mkdir2, open4, readdir2, rename2, rm4, rmdir, stat, symlink, unlink, IS_WINDOWS, READONLY;
var init_io_util = __esm({
  "node_modules/@actions/io/lib/io-util.js"() {
    fs2 = __toESM(require("fs"), 1);
    path2 = __toESM(require("path"), 1);
    __awaiter3 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
    ({ chmod, copyFile, lstat: lstat2, mkdir: mkdir2, open: open4, readdir: readdir2, rename: rename2, rm: rm4, rmdir, stat, symlink, unlink } = fs2.promises);
    IS_WINDOWS = process.platform === "win32";
    READONLY = fs2.constants.O_RDONLY;
  }
});

// node_modules/@actions/io/lib/io.js
function which(tool, check) {
  return __awaiter4(this, void 0, void 0, function* () {
    if (!tool) {
      throw new Error("parameter 'tool' is required");
    }
    if (check) {
      const result = yield which(tool, false);
      if (!result) {
        if (IS_WINDOWS) {
          throw new Error(`Unable to locate executable file: ${tool}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also verify the file has a valid extension for an executable file.`);
        } else {
          throw new Error(`Unable to locate executable file: ${tool}. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable. Also check the file mode to verify the file is executable.`);
        }
      }
      return result;
    }
    const matches2 = yield findInPath(tool);
    if (matches2 && matches2.length > 0) {
      return matches2[0];
    }
    return "";
  });
}
function findInPath(tool) {
  return __awaiter4(this, void 0, void 0, function* () {
    if (!tool) {
      throw new Error("parameter 'tool' is required");
    }
    const extensions = [];
    if (IS_WINDOWS && process.env["PATHEXT"]) {
      for (const extension of process.env["PATHEXT"].split(path3.delimiter)) {
        if (extension) {
          extensions.push(extension);
        }
      }
    }
    if (isRooted(tool)) {
      const filePath = yield tryGetExecutablePath(tool, extensions);
      if (filePath) {
        return [filePath];
      }
      return [];
    }
    if (tool.includes(path3.sep)) {
      return [];
    }
    const directories = [];
    if (process.env.PATH) {
      for (const p of process.env.PATH.split(path3.delimiter)) {
        if (p) {
          directories.push(p);
        }
      }
    }
    const matches2 = [];
    for (const directory of directories) {
      const filePath = yield tryGetExecutablePath(path3.join(directory, tool), extensions);
      if (filePath) {
        matches2.push(filePath);
      }
    }
    return matches2;
  });
}
var path3, __awaiter4;
var init_io = __esm({
  "node_modules/@actions/io/lib/io.js"() {
    path3 = __toESM(require("path"), 1);
    init_io_util();
    __awaiter4 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
  }
});

// node_modules/@actions/exec/lib/toolrunner.js
function argStringToArray(argString) {
  const args = [];
  let inQuotes = false;
  let escaped2 = false;
  let arg = "";
  function append(c) {
    if (escaped2 && c !== '"') {
      arg += "\\";
    }
    arg += c;
    escaped2 = false;
  }
  for (let i = 0; i < argString.length; i++) {
    const c = argString.charAt(i);
    if (c === '"') {
      if (!escaped2) {
        inQuotes = !inQuotes;
      } else {
        append(c);
      }
      continue;
    }
    if (c === "\\" && escaped2) {
      append(c);
      continue;
    }
    if (c === "\\" && inQuotes) {
      escaped2 = true;
      continue;
    }
    if (c === " " && !inQuotes) {
      if (arg.length > 0) {
        args.push(arg);
        arg = "";
      }
      continue;
    }
    append(c);
  }
  if (arg.length > 0) {
    args.push(arg.trim());
  }
  return args;
}
var os3, events, child2, path4, import_timers, __awaiter5, IS_WINDOWS2, ToolRunner, ExecState;
var init_toolrunner = __esm({
  "node_modules/@actions/exec/lib/toolrunner.js"() {
    os3 = __toESM(require("os"), 1);
    events = __toESM(require("events"), 1);
    child2 = __toESM(require("child_process"), 1);
    path4 = __toESM(require("path"), 1);
    init_io();
    init_io_util();
    import_timers = require("timers");
    __awaiter5 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
    IS_WINDOWS2 = process.platform === "win32";
    ToolRunner = class extends events.EventEmitter {
      constructor(toolPath, args, options) {
        super();
        if (!toolPath) {
          throw new Error("Parameter 'toolPath' cannot be null or empty.");
        }
        this.toolPath = toolPath;
        this.args = args || [];
        this.options = options || {};
      }
      _debug(message) {
        if (this.options.listeners && this.options.listeners.debug) {
          this.options.listeners.debug(message);
        }
      }
      _getCommandString(options, noPrefix) {
        const toolPath = this._getSpawnFileName();
        const args = this._getSpawnArgs(options);
        let cmd = noPrefix ? "" : "[command]";
        if (IS_WINDOWS2) {
          if (this._isCmdFile()) {
            cmd += toolPath;
            for (const a of args) {
              cmd += ` ${a}`;
            }
          } else if (options.windowsVerbatimArguments) {
            cmd += `"${toolPath}"`;
            for (const a of args) {
              cmd += ` ${a}`;
            }
          } else {
            cmd += this._windowsQuoteCmdArg(toolPath);
            for (const a of args) {
              cmd += ` ${this._windowsQuoteCmdArg(a)}`;
            }
          }
        } else {
          cmd += toolPath;
          for (const a of args) {
            cmd += ` ${a}`;
          }
        }
        return cmd;
      }
      _processLineBuffer(data, strBuffer, onLine) {
        try {
          let s = strBuffer + data.toString();
          let n = s.indexOf(os3.EOL);
          while (n > -1) {
            const line2 = s.substring(0, n);
            onLine(line2);
            s = s.substring(n + os3.EOL.length);
            n = s.indexOf(os3.EOL);
          }
          return s;
        } catch (err) {
          this._debug(`error processing line. Failed with error ${err}`);
          return "";
        }
      }
      _getSpawnFileName() {
        if (IS_WINDOWS2) {
          if (this._isCmdFile()) {
            return process.env["COMSPEC"] || "cmd.exe";
          }
        }
        return this.toolPath;
      }
      _getSpawnArgs(options) {
        if (IS_WINDOWS2) {
          if (this._isCmdFile()) {
            let argline = `/D /S /C "${this._windowsQuoteCmdArg(this.toolPath)}`;
            for (const a of this.args) {
              argline += " ";
              argline += options.windowsVerbatimArguments ? a : this._windowsQuoteCmdArg(a);
            }
            argline += '"';
            return [argline];
          }
        }
        return this.args;
      }
      _endsWith(str, end) {
        return str.endsWith(end);
      }
      _isCmdFile() {
        const upperToolPath = this.toolPath.toUpperCase();
        return this._endsWith(upperToolPath, ".CMD") || this._endsWith(upperToolPath, ".BAT");
      }
      _windowsQuoteCmdArg(arg) {
        if (!this._isCmdFile()) {
          return this._uvQuoteCmdArg(arg);
        }
        if (!arg) {
          return '""';
        }
        const cmdSpecialChars = [
          " ",
          "	",
          "&",
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          "^",
          "=",
          ";",
          "!",
          "'",
          "+",
          ",",
          "`",
          "~",
          "|",
          "<",
          ">",
          '"'
        ];
        let needsQuotes = false;
        for (const char of arg) {
          if (cmdSpecialChars.some((x) => x === char)) {
            needsQuotes = true;
            break;
          }
        }
        if (!needsQuotes) {
          return arg;
        }
        let reverse = '"';
        let quoteHit = true;
        for (let i = arg.length; i > 0; i--) {
          reverse += arg[i - 1];
          if (quoteHit && arg[i - 1] === "\\") {
            reverse += "\\";
          } else if (arg[i - 1] === '"') {
            quoteHit = true;
            reverse += '"';
          } else {
            quoteHit = false;
          }
        }
        reverse += '"';
        return reverse.split("").reverse().join("");
      }
      _uvQuoteCmdArg(arg) {
        if (!arg) {
          return '""';
        }
        if (!arg.includes(" ") && !arg.includes("	") && !arg.includes('"')) {
          return arg;
        }
        if (!arg.includes('"') && !arg.includes("\\")) {
          return `"${arg}"`;
        }
        let reverse = '"';
        let quoteHit = true;
        for (let i = arg.length; i > 0; i--) {
          reverse += arg[i - 1];
          if (quoteHit && arg[i - 1] === "\\") {
            reverse += "\\";
          } else if (arg[i - 1] === '"') {
            quoteHit = true;
            reverse += "\\";
          } else {
            quoteHit = false;
          }
        }
        reverse += '"';
        return reverse.split("").reverse().join("");
      }
      _cloneExecOptions(options) {
        options = options || {};
        const result = {
          cwd: options.cwd || process.cwd(),
          env: options.env || process.env,
          silent: options.silent || false,
          windowsVerbatimArguments: options.windowsVerbatimArguments || false,
          failOnStdErr: options.failOnStdErr || false,
          ignoreReturnCode: options.ignoreReturnCode || false,
          delay: options.delay || 1e4
        };
        result.outStream = options.outStream || process.stdout;
        result.errStream = options.errStream || process.stderr;
        return result;
      }
      _getSpawnOptions(options, toolPath) {
        options = options || {};
        const result = {};
        result.cwd = options.cwd;
        result.env = options.env;
        result["windowsVerbatimArguments"] = options.windowsVerbatimArguments || this._isCmdFile();
        if (options.windowsVerbatimArguments) {
          result.argv0 = `"${toolPath}"`;
        }
        return result;
      }
      /**
       * Exec a tool.
       * Output will be streamed to the live console.
       * Returns promise with return code
       *
       * @param     tool     path to tool to exec
       * @param     options  optional exec options.  See ExecOptions
       * @returns   number
       */
      exec() {
        return __awaiter5(this, void 0, void 0, function* () {
          if (!isRooted(this.toolPath) && (this.toolPath.includes("/") || IS_WINDOWS2 && this.toolPath.includes("\\"))) {
            this.toolPath = path4.resolve(process.cwd(), this.options.cwd || process.cwd(), this.toolPath);
          }
          this.toolPath = yield which(this.toolPath, true);
          return new Promise((resolve6, reject) => __awaiter5(this, void 0, void 0, function* () {
            this._debug(`exec tool: ${this.toolPath}`);
            this._debug("arguments:");
            for (const arg of this.args) {
              this._debug(`   ${arg}`);
            }
            const optionsNonNull = this._cloneExecOptions(this.options);
            if (!optionsNonNull.silent && optionsNonNull.outStream) {
              optionsNonNull.outStream.write(this._getCommandString(optionsNonNull) + os3.EOL);
            }
            const state = new ExecState(optionsNonNull, this.toolPath);
            state.on("debug", (message) => {
              this._debug(message);
            });
            if (this.options.cwd && !(yield exists2(this.options.cwd))) {
              return reject(new Error(`The cwd: ${this.options.cwd} does not exist!`));
            }
            const fileName = this._getSpawnFileName();
            const cp = child2.spawn(fileName, this._getSpawnArgs(optionsNonNull), this._getSpawnOptions(this.options, fileName));
            let stdbuffer = "";
            if (cp.stdout) {
              cp.stdout.on("data", (data) => {
                if (this.options.listeners && this.options.listeners.stdout) {
                  this.options.listeners.stdout(data);
                }
                if (!optionsNonNull.silent && optionsNonNull.outStream) {
                  optionsNonNull.outStream.write(data);
                }
                stdbuffer = this._processLineBuffer(data, stdbuffer, (line2) => {
                  if (this.options.listeners && this.options.listeners.stdline) {
                    this.options.listeners.stdline(line2);
                  }
                });
              });
            }
            let errbuffer = "";
            if (cp.stderr) {
              cp.stderr.on("data", (data) => {
                state.processStderr = true;
                if (this.options.listeners && this.options.listeners.stderr) {
                  this.options.listeners.stderr(data);
                }
                if (!optionsNonNull.silent && optionsNonNull.errStream && optionsNonNull.outStream) {
                  const s = optionsNonNull.failOnStdErr ? optionsNonNull.errStream : optionsNonNull.outStream;
                  s.write(data);
                }
                errbuffer = this._processLineBuffer(data, errbuffer, (line2) => {
                  if (this.options.listeners && this.options.listeners.errline) {
                    this.options.listeners.errline(line2);
                  }
                });
              });
            }
            cp.on("error", (err) => {
              state.processError = err.message;
              state.processExited = true;
              state.processClosed = true;
              state.CheckComplete();
            });
            cp.on("exit", (code2) => {
              state.processExitCode = code2;
              state.processExited = true;
              this._debug(`Exit code ${code2} received from tool '${this.toolPath}'`);
              state.CheckComplete();
            });
            cp.on("close", (code2) => {
              state.processExitCode = code2;
              state.processExited = true;
              state.processClosed = true;
              this._debug(`STDIO streams have closed for tool '${this.toolPath}'`);
              state.CheckComplete();
            });
            state.on("done", (error2, exitCode2) => {
              if (stdbuffer.length > 0) {
                this.emit("stdline", stdbuffer);
              }
              if (errbuffer.length > 0) {
                this.emit("errline", errbuffer);
              }
              cp.removeAllListeners();
              if (error2) {
                reject(error2);
              } else {
                resolve6(exitCode2);
              }
            });
            if (this.options.input) {
              if (!cp.stdin) {
                throw new Error("child process missing stdin");
              }
              cp.stdin.end(this.options.input);
            }
          }));
        });
      }
    };
    ExecState = class _ExecState extends events.EventEmitter {
      constructor(options, toolPath) {
        super();
        this.processClosed = false;
        this.processError = "";
        this.processExitCode = 0;
        this.processExited = false;
        this.processStderr = false;
        this.delay = 1e4;
        this.done = false;
        this.timeout = null;
        if (!toolPath) {
          throw new Error("toolPath must not be empty");
        }
        this.options = options;
        this.toolPath = toolPath;
        if (options.delay) {
          this.delay = options.delay;
        }
      }
      CheckComplete() {
        if (this.done) {
          return;
        }
        if (this.processClosed) {
          this._setResult();
        } else if (this.processExited) {
          this.timeout = (0, import_timers.setTimeout)(_ExecState.HandleTimeout, this.delay, this);
        }
      }
      _debug(message) {
        this.emit("debug", message);
      }
      _setResult() {
        let error2;
        if (this.processExited) {
          if (this.processError) {
            error2 = new Error(`There was an error when attempting to execute the process '${this.toolPath}'. This may indicate the process failed to start. Error: ${this.processError}`);
          } else if (this.processExitCode !== 0 && !this.options.ignoreReturnCode) {
            error2 = new Error(`The process '${this.toolPath}' failed with exit code ${this.processExitCode}`);
          } else if (this.processStderr && this.options.failOnStdErr) {
            error2 = new Error(`The process '${this.toolPath}' failed because one or more lines were written to the STDERR stream`);
          }
        }
        if (this.timeout) {
          clearTimeout(this.timeout);
          this.timeout = null;
        }
        this.done = true;
        this.emit("done", error2, this.processExitCode);
      }
      static HandleTimeout(state) {
        if (state.done) {
          return;
        }
        if (!state.processClosed && state.processExited) {
          const message = `The STDIO streams did not close within ${state.delay / 1e3} seconds of the exit event from process '${state.toolPath}'. This may indicate a child process inherited the STDIO streams and has not yet exited.`;
          state._debug(message);
        }
        state._setResult();
      }
    };
  }
});

// node_modules/@actions/exec/lib/exec.js
function exec(commandLine2, args, options) {
  return __awaiter6(this, void 0, void 0, function* () {
    const commandArgs = argStringToArray(commandLine2);
    if (commandArgs.length === 0) {
      throw new Error(`Parameter 'commandLine' cannot be null or empty.`);
    }
    const toolPath = commandArgs[0];
    args = commandArgs.slice(1).concat(args || []);
    const runner = new ToolRunner(toolPath, args, options);
    return runner.exec();
  });
}
function getExecOutput(commandLine2, args, options) {
  return __awaiter6(this, void 0, void 0, function* () {
    var _a, _b;
    let stdout = "";
    let stderr = "";
    const stdoutDecoder = new import_string_decoder.StringDecoder("utf8");
    const stderrDecoder = new import_string_decoder.StringDecoder("utf8");
    const originalStdoutListener = (_a = options === null || options === void 0 ? void 0 : options.listeners) === null || _a === void 0 ? void 0 : _a.stdout;
    const originalStdErrListener = (_b = options === null || options === void 0 ? void 0 : options.listeners) === null || _b === void 0 ? void 0 : _b.stderr;
    const stdErrListener = (data) => {
      stderr += stderrDecoder.write(data);
      if (originalStdErrListener) {
        originalStdErrListener(data);
      }
    };
    const stdOutListener = (data) => {
      stdout += stdoutDecoder.write(data);
      if (originalStdoutListener) {
        originalStdoutListener(data);
      }
    };
    const listeners = Object.assign(Object.assign({}, options === null || options === void 0 ? void 0 : options.listeners), { stdout: stdOutListener, stderr: stdErrListener });
    const exitCode2 = yield exec(commandLine2, args, Object.assign(Object.assign({}, options), { listeners }));
    stdout += stdoutDecoder.end();
    stderr += stderrDecoder.end();
    return {
      exitCode: exitCode2,
      stdout,
      stderr
    };
  });
}
var import_string_decoder, __awaiter6;
var init_exec = __esm({
  "node_modules/@actions/exec/lib/exec.js"() {
    import_string_decoder = require("string_decoder");
    init_toolrunner();
    __awaiter6 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
  }
});

// node_modules/@actions/core/lib/platform.js
var platform_exports = {};
__export(platform_exports, {
  arch: () => arch,
  getDetails: () => getDetails,
  isLinux: () => isLinux,
  isMacOS: () => isMacOS,
  isWindows: () => isWindows,
  platform: () => platform2
});
function getDetails() {
  return __awaiter7(this, void 0, void 0, function* () {
    return Object.assign(Object.assign({}, yield isWindows ? getWindowsInfo() : isMacOS ? getMacOsInfo() : getLinuxInfo()), {
      platform: platform2,
      arch,
      isWindows,
      isMacOS,
      isLinux
    });
  });
}
var import_os2, __awaiter7, getWindowsInfo, getMacOsInfo, getLinuxInfo, platform2, arch, isWindows, isMacOS, isLinux;
var init_platform = __esm({
  "node_modules/@actions/core/lib/platform.js"() {
    import_os2 = __toESM(require("os"), 1);
    init_exec();
    __awaiter7 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
    getWindowsInfo = () => __awaiter7(void 0, void 0, void 0, function* () {
      const { stdout: version } = yield getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', void 0, {
        silent: true
      });
      const { stdout: name } = yield getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', void 0, {
        silent: true
      });
      return {
        name: name.trim(),
        version: version.trim()
      };
    });
    getMacOsInfo = () => __awaiter7(void 0, void 0, void 0, function* () {
      var _a, _b, _c, _d;
      const { stdout } = yield getExecOutput("sw_vers", void 0, {
        silent: true
      });
      const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : "";
      const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : "";
      return {
        name,
        version
      };
    });
    getLinuxInfo = () => __awaiter7(void 0, void 0, void 0, function* () {
      const { stdout } = yield getExecOutput("lsb_release", ["-i", "-r", "-s"], {
        silent: true
      });
      const [name, version] = stdout.trim().split("\n");
      return {
        name,
        version
      };
    });
    platform2 = import_os2.default.platform();
    arch = import_os2.default.arch();
    isWindows = platform2 === "win32";
    isMacOS = platform2 === "darwin";
    isLinux = platform2 === "linux";
  }
});

// node_modules/@actions/core/lib/core.js
var core_exports = {};
__export(core_exports, {
  ExitCode: () => ExitCode,
  addPath: () => addPath,
  debug: () => debug4,
  endGroup: () => endGroup,
  error: () => error,
  exportVariable: () => exportVariable,
  getBooleanInput: () => getBooleanInput,
  getIDToken: () => getIDToken,
  getInput: () => getInput,
  getMultilineInput: () => getMultilineInput,
  getState: () => getState,
  group: () => group,
  info: () => info,
  isDebug: () => isDebug,
  markdownSummary: () => markdownSummary,
  notice: () => notice,
  platform: () => platform_exports,
  saveState: () => saveState,
  setCommandEcho: () => setCommandEcho,
  setFailed: () => setFailed,
  setOutput: () => setOutput,
  setSecret: () => setSecret,
  startGroup: () => startGroup,
  summary: () => summary,
  toPlatformPath: () => toPlatformPath,
  toPosixPath: () => toPosixPath,
  toWin32Path: () => toWin32Path,
  warning: () => warning
});
function exportVariable(name, val) {
  const convertedVal = toCommandValue(val);
  process.env[name] = convertedVal;
  const filePath = process.env["GITHUB_ENV"] || "";
  if (filePath) {
    return issueFileCommand("ENV", prepareKeyValueMessage(name, val));
  }
  issueCommand("set-env", { name }, convertedVal);
}
function setSecret(secret) {
  issueCommand("add-mask", {}, secret);
}
function addPath(inputPath) {
  const filePath = process.env["GITHUB_PATH"] || "";
  if (filePath) {
    issueFileCommand("PATH", inputPath);
  } else {
    issueCommand("add-path", {}, inputPath);
  }
  process.env["PATH"] = `${inputPath}${path5.delimiter}${process.env["PATH"]}`;
}
function getInput(name, options) {
  const val = process.env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] || "";
  if (options && options.required && !val) {
    throw new Error(`Input required and not supplied: ${name}`);
  }
  if (options && options.trimWhitespace === false) {
    return val;
  }
  return val.trim();
}
function getMultilineInput(name, options) {
  const inputs = getInput(name, options).split("\n").filter((x) => x !== "");
  if (options && options.trimWhitespace === false) {
    return inputs;
  }
  return inputs.map((input) => input.trim());
}
function getBooleanInput(name, options) {
  const trueValue = ["true", "True", "TRUE"];
  const falseValue = ["false", "False", "FALSE"];
  const val = getInput(name, options);
  if (trueValue.includes(val))
    return true;
  if (falseValue.includes(val))
    return false;
  throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}
Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
function setOutput(name, value) {
  const filePath = process.env["GITHUB_OUTPUT"] || "";
  if (filePath) {
    return issueFileCommand("OUTPUT", prepareKeyValueMessage(name, value));
  }
  process.stdout.write(os5.EOL);
  issueCommand("set-output", { name }, toCommandValue(value));
}
function setCommandEcho(enabled) {
  issue("echo", enabled ? "on" : "off");
}
function setFailed(message) {
  process.exitCode = ExitCode.Failure;
  error(message);
}
function isDebug() {
  return process.env["RUNNER_DEBUG"] === "1";
}
function debug4(message) {
  issueCommand("debug", {}, message);
}
function error(message, properties = {}) {
  issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
  issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function notice(message, properties = {}) {
  issueCommand("notice", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function info(message) {
  process.stdout.write(message + os5.EOL);
}
function startGroup(name) {
  issue("group", name);
}
function endGroup() {
  issue("endgroup");
}
function group(name, fn) {
  return __awaiter8(this, void 0, void 0, function* () {
    startGroup(name);
    let result;
    try {
      result = yield fn();
    } finally {
      endGroup();
    }
    return result;
  });
}
function saveState(name, value) {
  const filePath = process.env["GITHUB_STATE"] || "";
  if (filePath) {
    return issueFileCommand("STATE", prepareKeyValueMessage(name, value));
  }
  issueCommand("save-state", { name }, toCommandValue(value));
}
function getState(name) {
  return process.env[`STATE_${name}`] || "";
}
function getIDToken(aud) {
  return __awaiter8(this, void 0, void 0, function* () {
    return yield OidcClient.getIDToken(aud);
  });
}
var os5, path5, __awaiter8, ExitCode;
var init_core = __esm({
  "node_modules/@actions/core/lib/core.js"() {
    init_command();
    init_file_command();
    init_utils();
    os5 = __toESM(require("os"), 1);
    path5 = __toESM(require("path"), 1);
    init_oidc_utils();
    init_summary();
    init_summary();
    init_path_utils();
    init_platform();
    __awaiter8 = function(thisArg, _arguments, P, generator) {
      function adopt(value) {
        return value instanceof P ? value : new P(function(resolve6) {
          resolve6(value);
        });
      }
      return new (P || (P = Promise))(function(resolve6, reject) {
        function fulfilled(value) {
          try {
            step(generator.next(value));
          } catch (e) {
            reject(e);
          }
        }
        function rejected2(value) {
          try {
            step(generator["throw"](value));
          } catch (e) {
            reject(e);
          }
        }
        function step(result) {
          result.done ? resolve6(result.value) : adopt(result.value).then(fulfilled, rejected2);
        }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };
    (function(ExitCode2) {
      ExitCode2[ExitCode2["Success"] = 0] = "Success";
      ExitCode2[ExitCode2["Failure"] = 1] = "Failure";
    })(ExitCode || (ExitCode = {}));
  }
});

// src/git/json.ts
function at(value, ...path6) {
  let here = value;
  for (const key of path6) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return void 0;
    here = here[key];
  }
  return here;
}
function textAt(value, ...path6) {
  const found = at(value, ...path6);
  return typeof found === "string" && found !== "" ? found : null;
}
var init_json2 = __esm({
  "src/git/json.ts"() {
    "use strict";
  }
});

// src/git/event.ts
function readEvent(input) {
  const { name, payload } = input;
  const defaults = {
    ref: input.ref,
    sha: input.sha,
    deleted: false,
    pullRequest: null,
    trusted: true,
    fork: false,
    defaultBranch: textAt(payload, "repository", "default_branch"),
    maybeTag: false
  };
  if (typeof payload !== "object" || payload === null) return { ...defaults, trusted: false, fork: true };
  if (isPullRequest(input)) return { ...defaults, ...readPullRequest(input) };
  if (name === "workflow_run") return { ...defaults, ...readWorkflowRun(input) };
  if (name === "delete" || name === "push" && at(payload, "deleted") === true) {
    return { ...defaults, ref: eventRef(input), sha: null, deleted: true };
  }
  const ref = eventRef(input);
  if (ref !== null && input.ref !== null && ref !== input.ref) throw disagreement(input, ref);
  return { ...defaults, ref: ref ?? input.ref };
}
function isPullRequest({ name, ref, payload }) {
  const byName = name !== null && /^pull_request(?:_|$)/.test(name);
  return byName || (ref?.startsWith("refs/pull/") ?? false) || typeof at(payload, "pull_request") === "object";
}
function eventRef({ name, ref, payload }) {
  switch (name) {
    case "push":
      return textAt(payload, "ref");
    case "workflow_dispatch":
      return sameName(textAt(payload, "ref"), ref);
    case "merge_group":
      return textAt(payload, "merge_group", "head_ref");
    case "release": {
      const tag2 = textAt(payload, "release", "tag_name");
      return tag2 === null ? null : `refs/tags/${tag2}`;
    }
    case "create":
    case "delete": {
      const short = textAt(payload, "ref");
      return short === null ? null : `refs/${at(payload, "ref_type") === "tag" ? "tags" : "heads"}/${short}`;
    }
    case null:
    default:
      return null;
  }
}
function sameName(short, full) {
  const meant = full !== null && [`refs/heads/${short ?? ""}`, `refs/tags/${short ?? ""}`].includes(full);
  return meant ? full : short;
}
function readPullRequest(input) {
  const { payload } = input;
  const number2 = Number(at(payload, "pull_request", "number") ?? at(payload, "number"));
  const untrusted = { trusted: false, fork: true };
  if (!Number.isSafeInteger(number2) || number2 < 1) return untrusted;
  const base = textAt(payload, "pull_request", "base", "repo", "full_name") ?? textAt(payload, "repository", "full_name");
  const head = textAt(payload, "pull_request", "head", "repo", "full_name");
  const headSha = textAt(payload, "pull_request", "head", "sha");
  const ref = `refs/pull/${number2}/merge`;
  if (input.ref !== null && !pullRefs(number2, payload).includes(input.ref)) throw disagreement(input, ref);
  if (base === null || headSha === null) return { ...untrusted, ref };
  const fork = head === null || head.toLowerCase() !== base.toLowerCase();
  return {
    ref,
    // pull_request_target runs at the base; the commit that the pull request is about is its head.
    sha: input.name === "pull_request_target" ? headSha : input.sha ?? headSha,
    pullRequest: { number: number2, headRepo: head, baseRepo: base, headSha, fork },
    trusted: false,
    fork
  };
}
function pullRefs(number2, payload) {
  const base = textAt(payload, "pull_request", "base", "ref");
  return [
    `refs/pull/${number2}/merge`,
    `refs/pull/${number2}/head`,
    ...base === null ? [] : [`refs/heads/${base}`]
  ];
}
function readWorkflowRun({ payload }) {
  const run3 = (...path6) => textAt(payload, "workflow_run", ...path6);
  const head = run3("head_repository", "full_name");
  const base = run3("repository", "full_name") ?? textAt(payload, "repository", "full_name");
  const fork = head === null || base === null || head.toLowerCase() !== base.toLowerCase();
  const branch = run3("head_branch");
  const tagEvents = ["push", "release", "create", "workflow_dispatch"];
  return {
    ref: branch === null ? null : `refs/heads/${branch}`,
    sha: run3("head_sha"),
    trusted: !fork,
    fork,
    maybeTag: !fork && tagEvents.includes(run3("event") ?? "")
  };
}
function disagreement({ name, ref }, inEvent) {
  return new UserError({
    what: `GITHUB_REF is ${visible(ref ?? "")}, and the ${name ?? ""} event is about ${visible(inEvent)}`,
    mend: 'run Retag with the environment that the runner gave the job; to choose another ref use the input "ref"'
  });
}
var init_event = __esm({
  "src/git/event.ts"() {
    "use strict";
    init_errors();
    init_refname();
    init_json2();
  }
});

// src/git/git.ts
function gitIn(cwd, env, timeout = 6e4) {
  const environment = { ...env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
  return (...args) => new Promise((resolve6, reject) => {
    const options = { cwd, env: environment, timeout, maxBuffer: MAX_OUTPUT, encoding: "utf8" };
    (0, import_node_child_process2.execFile)("git", [...args], options, (error2, stdout, stderr) => {
      if (error2 === null) resolve6({ ok: true, stdout, stderr });
      else if (error2.code === "ENOENT" || /not a git repository/i.test(stderr)) resolve6(null);
      else if (typeof error2.code === "number") resolve6({ ok: false, stdout, stderr });
      else reject(broken2(args[0] ?? "", error2, timeout));
    });
  });
}
function broken2(command, error2, timeout) {
  const killed = error2.killed === true;
  const why = killed ? `no answer within ${timeout / 1e3} s` : error2.message;
  return new OperationError(killed ? "timeout" : "protocol", `git ${command}: ${why}`, { cause: error2 });
}
function linesOf(answer) {
  return answer?.ok === true ? answer.stdout.split("\n").filter((line2) => line2 !== "") : [];
}
async function commitOf2(git, revision) {
  const answer = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  return linesOf(answer)[0] ?? null;
}
async function isShallow2(git) {
  return linesOf(await git("rev-parse", "--is-shallow-repository"))[0] === "true";
}
var import_node_child_process2, MAX_OUTPUT;
var init_git = __esm({
  "src/git/git.ts"() {
    "use strict";
    import_node_child_process2 = require("node:child_process");
    init_errors();
    MAX_OUTPUT = 64 * 1024 * 1024;
  }
});

// src/git/tags.ts
async function allTags(git) {
  const local = await git("for-each-ref", "--format=%(refname)", "refs/tags");
  if (local === null) return [];
  if (!local.ok) throw unreadable2("the git tags cannot be read", local.stderr);
  const names = namesOf(linesOf(local));
  if (!await isShallow2(git)) return names;
  const remote = await git("ls-remote", "--tags", "--refs", "origin");
  if (remote?.ok !== true) {
    throw unreadable2("this clone is shallow and the remote did not list its git tags", remote?.stderr ?? "");
  }
  const lines2 = linesOf(remote).map((line2) => line2.slice(line2.indexOf("	") + 1));
  return [.../* @__PURE__ */ new Set([...names, ...namesOf(lines2)])];
}
async function tagsReachableFrom(git, revision) {
  const answer = await git(
    "log",
    "--date-order",
    "--simplify-by-decoration",
    "--decorate=full",
    "--decorate-refs=refs/tags/*",
    "--format=%D",
    "--end-of-options",
    revision,
    "--"
  );
  if (answer?.ok !== true) {
    throw unreadable2(
      `the history of ${revision} cannot be read`,
      answer?.stderr ?? "there is no git repository here"
    );
  }
  return linesOf(answer).flatMap(
    (line2) => namesOf(line2.split(", ").map((name) => name.replace(/^tag: /, ""))).sort(highestFirst)
  );
}
function namesOf(refs) {
  return refs.filter((ref) => ref.startsWith(PREFIX)).map((ref) => ref.slice(PREFIX.length));
}
function highestFirst(a, b) {
  return b.localeCompare(a, "en", { numeric: true });
}
function unreadable2(what, stderr) {
  const said = stderr.trim().split("\n")[0] ?? "";
  return new UserError({
    what: said === "" ? what : `${what} (${said})`,
    mend: 'check out with "fetch-depth: 0" (actions/checkout), or run "git fetch --unshallow --tags"'
  });
}
var PREFIX;
var init_tags3 = __esm({
  "src/git/tags.ts"() {
    "use strict";
    init_errors();
    init_git();
    PREFIX = "refs/tags/";
  }
});

// src/git/facts.ts
async function readRefFacts(options) {
  const { env, cwd, time } = options;
  const git = gitIn(cwd, env);
  const warnings2 = [];
  const event = inActions(env) ? await actionsEvent(env, warnings2) : null;
  const ref = await chosenRef(options, event, git);
  const deleted = event?.deleted === true && ref.ref === event.ref;
  const sha = deleted ? null : await chosenSha(options, event, ref, git);
  const known = sha !== null && await commitOf2(git, sha) !== null;
  return {
    ...ref,
    sha,
    event: event === null ? null : text3(env, "GITHUB_EVENT_NAME"),
    defaultBranch: event?.defaultBranch ?? await remoteDefault(git),
    runNumber: wholeNumber(env, "GITHUB_RUN_NUMBER"),
    runAttempt: wholeNumber(env, "GITHUB_RUN_ATTEMPT"),
    time,
    commitTime: known ? await commitTime(git, sha) : null,
    deleted,
    gitTags: once6(() => allTags(git)),
    reachableTags: once6(() => tagsReachableFrom(git, sha ?? "HEAD")),
    shallow: once6(() => isShallow2(git)),
    pullRequest: event?.pullRequest ?? null,
    trusted: event?.trusted ?? true,
    fork: event?.fork ?? false,
    warnings: warnings2
  };
}
function inActions(env) {
  return env["GITHUB_ACTIONS"] === "true" || text3(env, "GITHUB_EVENT_NAME") !== null;
}
async function actionsEvent(env, warnings2) {
  const payload = await eventPayload(text3(env, "GITHUB_EVENT_PATH"), warnings2);
  return readEvent({
    name: text3(env, "GITHUB_EVENT_NAME"),
    ref: text3(env, "GITHUB_REF"),
    sha: text3(env, "GITHUB_SHA"),
    payload
  });
}
async function eventPayload(path6, warnings2) {
  try {
    if (path6 === null) throw new Error("GITHUB_EVENT_PATH is not set");
    const payload = JSON.parse(await (0, import_promises10.readFile)(path6, "utf8"));
    if (typeof payload === "object" && payload !== null) return payload;
    throw new Error("it is not a JSON object");
  } catch (error2) {
    const why = error2 instanceof Error ? error2.message : String(error2);
    warnings2.push(
      `the event file cannot be read (${why}), so this run is not trusted: nothing will be written`
    );
    return null;
  }
}
async function chosenRef(options, event, git) {
  if (options.ref !== void 0 && options.ref !== "") return givenRef(options.ref, git);
  if (event === null) return checkedOutRef(git);
  if (event.ref === null) {
    throw new UserError({ what: "the event is about no git ref", mend: 'choose one with the input "ref"' });
  }
  const ref = parsed(event.ref);
  const asTag = event.maybeTag ? parseRef(`refs/tags/${ref.name}`) : null;
  if (asTag?.ok !== true || event.sha === null) return ref;
  const isTag2 = await commitOf2(git, asTag.value.ref) === event.sha && !await isBranch(git, ref.name);
  return isTag2 ? asTag.value : ref;
}
function parsed(text4) {
  const ref = parseRef(text4);
  if (ref.ok) return ref.value;
  throw new UserError({ what: `ref: ${ref.what}`, mend: ref.mend });
}
async function givenRef(text4, git) {
  const full = parseRef(text4);
  if (full.ok) return full.value;
  const tag2 = parseRef(text4, "tag");
  if (!tag2.ok) return parsed(text4);
  const isTag2 = await commitOf2(git, tag2.value.ref) !== null;
  const branch = await isBranch(git, tag2.value.name);
  if (isTag2 === branch) return parsed(text4);
  return isTag2 ? tag2.value : parsed(`refs/heads/${tag2.value.name}`);
}
async function isBranch(git, name) {
  return await branchCommit(git, name) !== null;
}
async function branchCommit(git, name) {
  return await commitOf2(git, `refs/heads/${name}`) ?? await commitOf2(git, `refs/remotes/origin/${name}`);
}
async function checkedOutRef(git) {
  const head = await git("symbolic-ref", "--quiet", "HEAD");
  const mend = 'give the ref, as in "--ref refs/tags/1.2.3"';
  if (head === null)
    throw new UserError({ what: "there is no git repository here to take the ref from", mend });
  const [branch] = linesOf(head);
  if (branch !== void 0) return parsed(branch);
  const tags2 = linesOf(await git("for-each-ref", "--points-at=HEAD", "--format=%(refname)", "refs/tags"));
  const [tag2] = tags2;
  if (tag2 !== void 0 && tags2.length === 1) return parsed(tag2);
  const which2 = tags2.length === 0 ? "no git tag is" : `several git tags are (${tags2.join(", ")})`;
  throw new UserError({
    what: `HEAD is detached and ${which2} at its commit, so the ref cannot be told`,
    mend
  });
}
async function chosenSha(options, event, ref, git) {
  if (options.sha !== void 0 && options.sha !== "") return givenSha(options.sha, git);
  if (event !== null && (ref.ref === event.ref || sameCommitOfTag(event, ref)) && event.sha !== null) {
    return givenSha(event.sha, git);
  }
  return ref.kind === "branch" ? branchCommit(git, ref.name) : commitOf2(git, ref.ref);
}
function sameCommitOfTag(event, ref) {
  return event.maybeTag && event.ref === `refs/heads/${ref.name}` && ref.kind === "tag";
}
async function givenSha(text4, git) {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text4)) return text4.toLowerCase();
  const full = /^[0-9a-f]{4,64}$/i.test(text4) ? await commitOf2(git, text4) : null;
  if (full !== null) return full;
  throw new UserError({
    what: `sha: ${visible(text4)} is not a commit`,
    mend: "give all 40 hexadecimal digits"
  });
}
async function remoteDefault(git) {
  const head = linesOf(await git("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"))[0];
  return head?.replace(/^refs\/remotes\/origin\//, "") ?? null;
}
async function commitTime(git, sha) {
  const seconds = linesOf(await git("log", "-1", "--format=%ct", "--end-of-options", sha, "--"))[0];
  return seconds === void 0 ? null : Number(seconds) * 1e3;
}
function text3(env, name) {
  const value = env[name];
  return value === void 0 || value === "" ? null : value;
}
function wholeNumber(env, name) {
  const value = env[name] ?? "";
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}
function once6(read3) {
  let answer;
  return () => answer ??= read3();
}
var import_promises10;
var init_facts2 = __esm({
  "src/git/facts.ts"() {
    "use strict";
    import_promises10 = require("node:fs/promises");
    init_errors();
    init_refname();
    init_event();
    init_git();
    init_tags3();
  }
});

// src/github/inputs.ts
function readInputs() {
  const problems = [];
  const text4 = (name) => getInput(name);
  const lines2 = (name) => getMultilineInput(name);
  const list3 = (name) => lines2(name).flatMap((line2) => line2.split(",")).map((item) => item.trim()).filter((item) => item !== "");
  const choice = (name, allowed, fallback) => {
    const given2 = text4(name);
    if (given2 === "") return fallback;
    const found = allowed.find((value) => value === given2);
    if (found === void 0) {
      problems.push({
        what: `input ${name}: "${given2}" is not known`,
        mend: `give one of ${allowed.filter((a) => a !== "").join(", ")}`
      });
    }
    return found ?? fallback;
  };
  const config = lines2("config");
  const inputs = {
    command: choice("command", ["auto", "plan", "apply", "validate"], "auto"),
    config: config.length === 0 ? [DEFAULT_CONFIG3] : config,
    configGiven: config.length > 0 && !(config.length === 1 && config[0] === DEFAULT_CONFIG3),
    policy: text4("policy"),
    images: list3("images"),
    build: {
      context: text4("context"),
      file: text4("file"),
      target: text4("target"),
      platforms: list3("platforms"),
      buildArgs: lines2("build-args"),
      labels: lines2("labels"),
      secrets: lines2("secrets"),
      cacheFrom: lines2("cache-from"),
      cacheTo: lines2("cache-to"),
      provenance: text4("provenance"),
      sbom: text4("sbom"),
      builder: text4("builder")
    },
    ref: text4("ref"),
    sha: text4("sha"),
    only: choice("only", ["builds", "images", ""], ""),
    stable: choice("stable", ["auto", "true", "false"], "auto") === "true",
    platform: text4("platform"),
    digests: text4("digests"),
    includeStages: list3("include-stages"),
    force: lines2("force"),
    registryMap: list3("registry-map"),
    insecureRegistries: list3("insecure-registries"),
    concurrency: text4("concurrency") || "16",
    timeout: text4("timeout") || "30m",
    comment: choice("comment", ["auto", "true", "false"], "auto"),
    report: text4("report"),
    token: text4("github-token")
  };
  if (problems.length > 0) throw new UserError(problems);
  return inputs;
}
var DEFAULT_CONFIG3;
var init_inputs = __esm({
  "src/github/inputs.ts"() {
    "use strict";
    init_core();
    init_errors();
    DEFAULT_CONFIG3 = ".github/image-tags.yaml";
  }
});

// src/github/log.ts
function jobLog() {
  const line2 = (text4) => info(harmless(text4));
  return {
    group: async (title, body) => {
      startGroup(harmless(title));
      try {
        return await body();
      } finally {
        endGroup();
      }
    },
    line: line2,
    warning: (text4) => warning(harmless(text4)),
    debug: (text4) => debug4(harmless(text4)),
    progress: () => void 0
  };
}
function harmless(text4) {
  const flat2 = text4.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (c) => {
    return `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return /^\s*(?:::|##\[)/.test(flat2) ? `​${flat2}` : flat2;
}
var init_log2 = __esm({
  "src/github/log.ts"() {
    "use strict";
    init_core();
  }
});

// src/github/publish.ts
function publishOutputs(outputs2) {
  for (const [name, value] of Object.entries(outputs2)) setOutput(name, value);
}
async function publishSummary(markdown, env) {
  if (!env["GITHUB_STEP_SUMMARY"]) return;
  await summary.addRaw(markdown, true).write();
}
function publishAnnotations(annotations2) {
  const shown3 = { error: 0, warning: 0, notice: 0 };
  for (const { level, title, message, file: file2, line: line2, column } of annotations2) {
    if (shown3[level]++ >= MOST_ANNOTATIONS) {
      info(harmless(`${level}: ${title}: ${message}`));
      continue;
    }
    const place = file2 === null ? {} : { file: file2, startLine: line2 ?? 1, startColumn: column ?? 1 };
    core_exports[level](`${harmless(title)}: ${harmless(message)}`, { title: harmless(title), ...place });
  }
}
var MOST_ANNOTATIONS;
var init_publish = __esm({
  "src/github/publish.ts"() {
    "use strict";
    init_core();
    init_log2();
    MOST_ANNOTATIONS = 10;
  }
});

// src/markdown.ts
function escapeCell(text4) {
  return breakReferences(oneLine2(text4).replace(MARKUP, (c) => NAMED[c] ?? `\\${c}`));
}
function code(text4) {
  const line2 = oneLine2(text4);
  if (line2 === "") return "";
  const longest = Math.max(0, ...[...line2.matchAll(/`+/g)].map(([run3]) => run3.length));
  const fence = "`".repeat(longest + 1);
  const pad = /^[` ]|[` ]$/.test(line2) ? " " : "";
  return line2.includes("|") ? codeElement(line2) : fence + pad + line2 + pad + fence;
}
function table2(header2, rows) {
  const line2 = (cells) => `| ${cells.join(" | ")} |`;
  return [line2(header2), line2(header2.map(() => "---")), ...rows.map(line2)].join("\n");
}
function details(title, body) {
  return `<details><summary>${title}</summary>

${body}

</details>`;
}
function cut(markdown, limit, tail) {
  if (markdown.length <= limit) return markdown;
  const closing2 = "\n\n</details>";
  const room = Math.max(0, limit - tail.length - 2 - closing2.length);
  const end = markdown.lastIndexOf("\n", room);
  const kept = markdown.slice(0, end > 0 ? end : 0);
  const open5 = kept.split("<details>").length > kept.split("</details>").length;
  return `${kept}${open5 ? closing2 : ""}

${tail}`.slice(0, limit);
}
function oneLine2(text4) {
  const flat2 = text4.replace(/[ \t]*\r?\n[ \t]*/g, " ").replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const points = Array.from(flat2);
  return points.length > MAX_INLINE ? `${points.slice(0, MAX_INLINE - 1).join("")}…` : flat2;
}
function breakReferences(text4) {
  return text4.replace(/[@#]/g, (c) => `${c}&#8203;`).replace(/\bGH-(?=\d)/gi, (c) => `${c}&#8203;`).replace(/:\/\//g, ":&#8203;//").replace(/\bwww\./gi, (c) => `${c.slice(0, 3)}&#8203;.`);
}
function codeElement(text4) {
  const entities = text4.replace(/[&<>|`*_[\]\\~@#:]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<code>${entities}</code>`;
}
var MAX_INLINE, UNPRINTABLE, MARKUP, NAMED;
var init_markdown = __esm({
  "src/markdown.ts"() {
    "use strict";
    MAX_INLINE = 300;
    UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
    MARKUP = /[\\`*_{}[\]()<>&|~!]/g;
    NAMED = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };
  }
});

// src/report/annotations.ts
function annotations(report2) {
  const of = (level, action2, text4) => ({
    level,
    title: `${action2.image}:${action2.tag}`,
    message: text4,
    file: action2.location?.file ?? null,
    line: action2.location?.line ?? null,
    column: action2.location?.column ?? null
  });
  const { actions } = report2;
  const errors = actions.filter((a) => a.action === "refuse" || a.error !== null).map((a) => of("error", a, sentence(a.error?.text ?? a.reason.text, remedy(a))));
  const warnings2 = actions.flatMap((a) => a.warnings.map((text4) => of("warning", a, text4)));
  const held = actions.filter((a) => a.action === "hold").map((a) => of("notice", a, sentence(`on hold: ${a.reason.text}`, remedy(a))));
  return [...errors, ...warnings2, ...held];
}
function sentence(what, mend) {
  return mend === "" ? what : `${what}. ${mend}`;
}
var init_annotations = __esm({
  "src/report/annotations.ts"() {
    "use strict";
    init_words();
  }
});

// src/report/outputs.ts
function outputs(report2, reportPath) {
  const classification = report2.classification;
  const right = report2.actions.filter(isRight);
  const digests = digestsOf(report2.actions);
  const names = [...digests.keys()];
  return {
    class: classification?.class ?? "",
    version: classification?.version ?? "",
    tags: references(right),
    "stable-tags": references(right.filter(({ kind }) => kind === "stable")),
    digest: names.length === 1 ? digests.get(names[0] ?? "") ?? "" : "",
    digests: JSON.stringify(Object.fromEntries(digests)),
    changed: String(changed(report2)),
    counts: JSON.stringify(report2.counts),
    plan: planOutput(report2),
    report: reportPath
  };
}
function isRight({ action: action2, outcome, error: error2, reason }) {
  if (reason.code === "older") return false;
  if (action2 === "build" || action2 === "refuse" || action2 === "hold" || error2 !== null) return false;
  return outcome !== "failed";
}
function references(actions) {
  return actions.map(({ image: image3, tag: tag2 }) => `${image3}:${tag2}`).join("\n");
}
function digestsOf(actions) {
  const digests = /* @__PURE__ */ new Map();
  const several = /* @__PURE__ */ new Set();
  for (const action2 of actions) {
    if (action2.digest === null || action2.kind === "channel" || !isRight(action2)) continue;
    const known = digests.get(action2.image);
    if (known !== void 0 && known !== action2.digest) several.add(action2.image);
    digests.set(action2.image, action2.digest);
  }
  for (const image3 of several) digests.delete(image3);
  return digests;
}
function planOutput(report2) {
  const full = JSON.stringify({ actions: report2.actions, counts: report2.counts });
  if (full.length <= MOST_PLAN_BYTES && Buffer.byteLength(full) <= MOST_PLAN_BYTES) return full;
  const changes = report2.actions.filter(({ action: action2 }) => action2 !== "keep");
  const some2 = [];
  let size = 1024;
  for (const action2 of changes) {
    size += Buffer.byteLength(JSON.stringify(action2)) + 1;
    if (size > MOST_PLAN_BYTES) break;
    some2.push(action2);
  }
  return JSON.stringify({
    actions: some2,
    counts: report2.counts,
    truncated: report2.actions.length - some2.length
  });
}
var MOST_PLAN_BYTES;
var init_outputs = __esm({
  "src/report/outputs.ts"() {
    "use strict";
    init_report();
    MOST_PLAN_BYTES = 256 * 1024;
  }
});

// src/report/mermaid.ts
function flowchart(actions) {
  const drawn = actions.filter(({ action: action2 }) => action2 !== "keep" && action2 !== "build");
  if (drawn.length === 0) return null;
  const shown3 = drawn.slice(0, MOST_ARROWS);
  const ids = /* @__PURE__ */ new Map();
  const nodes = [];
  const node = (key, label2, shape) => {
    const known = ids.get(key);
    if (known !== void 0) return known;
    const id = `n${ids.size}`;
    ids.set(key, id);
    nodes.push(`  ${id}${shape[0]}"${label2}"${shape[1]}`);
    return id;
  };
  const arrows = shown3.map((action2) => {
    const source = action2.source ?? `built from this commit`;
    const from = node(`from ${source}`, quoted(source), ["[", "]"]);
    const name = `${action2.image}:${action2.tag}`;
    const to = node(`to ${name}`, quoted(name), ["(", ")"]);
    return { line: `  ${from} -->|${quoted(verb(action2))}| ${to}`, to, look: lookOf(action2) };
  });
  const used = [...new Set(arrows.map(({ look: look2 }) => look2))];
  const classes = used.map((look2) => `  classDef ${look2} ${LOOK[look2] ?? ""}`);
  const members = used.map((look2) => {
    const ofLook = arrows.filter((arrow) => arrow.look === look2).map(({ to }) => to);
    return `  class ${[...new Set(ofLook)].join(",")} ${look2}`;
  });
  const lines2 = ["flowchart LR", ...nodes, ...arrows.map(({ line: line2 }) => line2), ...classes, ...members];
  return { text: lines2.join("\n"), left: drawn.length - shown3.length };
}
function lookOf(action2) {
  const name = verb(action2);
  return name === "skipped" ? "failed" : name;
}
function quoted(text4) {
  return text4.slice(0, 160).replace(/[^A-Za-z0-9 ._/:-]/gu, (c) => `#${c.codePointAt(0) ?? 63};`);
}
var MOST_ARROWS, LOOK;
var init_mermaid = __esm({
  "src/report/mermaid.ts"() {
    "use strict";
    init_words();
    MOST_ARROWS = 30;
    LOOK = {
      create: "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
      move: "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
      keep: "fill:#f6f8fa,stroke:#8c959f,color:#1f2328",
      hold: "fill:#ddf4ff,stroke:#0969da,color:#1f2328",
      refuse: "fill:#ffebe9,stroke:#cf222e,color:#1f2328",
      failed: "fill:#ffebe9,stroke:#cf222e,color:#1f2328"
    };
  }
});

// src/report/summary.ts
function summary2(report2) {
  const { actions } = report2;
  const bad4 = actions.filter((a) => a.action === "refuse" || a.error !== null);
  const held = actions.filter((a) => a.action === "hold");
  const kept = actions.filter((a) => a.action === "keep" && a.error === null);
  const changes = actions.filter((a) => ["build", "create", "move"].includes(a.action) && a.error === null);
  const parts = [
    `## Retag ${report2.command}: ${escapeCell(closing(report2))}`,
    classified(report2),
    actions.length === 0 ? "" : countsTable(report2),
    picture(actions),
    bad4.length === 0 ? "" : `### Refused or failed

${badTable(bad4)}`,
    changes.length === 0 ? "" : `### ${report2.command === "plan" ? "To change" : "Changed"}

${changeTable(changes)}`,
    held.length === 0 ? "" : `### On hold

${heldTable(held)}`,
    warnings(actions),
    kept.length === 0 ? "" : details(`Unchanged (${kept.length})`, keptTable(kept))
  ];
  return fit2(parts.filter((part) => part !== "").join("\n\n") + "\n");
}
function classified({ classification, ref }) {
  if (classification === null || ref === null) return "";
  const what = classification.class === null ? "no rule matches" : `class **${classification.class}**`;
  const rule2 = classification.rule === null ? "" : ` by rule ${code(classification.rule)}`;
  return `${code(ref.ref)}: ${what}${rule2}. ${escapeCell(classification.why)}`;
}
function countsTable({ counts }) {
  const shown3 = Object.entries(counts).filter(([name, count]) => count > 0 || name === "create");
  return table2(
    shown3.map(([name]) => name),
    [shown3.map(([, count]) => String(count))]
  );
}
function picture(actions) {
  const chart = flowchart(actions);
  if (chart === null) return "";
  const more = chart.left > 0 ? `

${chart.left} more are in the tables below.` : "";
  return `\`\`\`mermaid
${chart.text}
\`\`\`${more}`;
}
function tagCell(action2) {
  return code(`${action2.image}:${action2.tag}`);
}
function where({ location }) {
  return location === null ? "" : code(`${location.file}:${location.line}`);
}
function changeTable(actions) {
  return table2(
    ["", "tag", "kind", "source", "digest", "before", "why", "attached"],
    actions.map((a) => [
      verb(a),
      tagCell(a),
      a.kind,
      a.source === null ? "" : code(a.source),
      code(shortDigest(a.digest)),
      a.previous === null ? "" : code(shortDigest(a.previous)),
      escapeCell(a.reason.text),
      a.attachments === null || a.attachments.found === 0 ? "" : `${a.attachments.carried} of ${a.attachments.found}`
    ])
  );
}
function badTable(actions) {
  return table2(
    ["", "tag", "why", "how to mend it", "where"],
    actions.map((a) => [
      verb(a),
      tagCell(a),
      `${code(a.error?.code ?? a.reason.code)} ${escapeCell(a.error?.text ?? a.reason.text)}`,
      escapeCell(remedy(a)),
      where(a)
    ])
  );
}
function heldTable(actions) {
  return table2(
    ["tag", "waits for", "how it goes on"],
    actions.map((a) => [
      tagCell(a),
      `${code(a.reason.code)} ${escapeCell(a.reason.text)}`,
      escapeCell(remedy(a))
    ])
  );
}
function keptTable(actions) {
  const shown3 = actions.slice(0, MOST_KEPT);
  const rows = table2(
    ["tag", "digest", "why"],
    shown3.map((a) => [tagCell(a), code(shortDigest(a.digest)), escapeCell(a.reason.code)])
  );
  const left = actions.length - shown3.length;
  return left > 0 ? `${rows}

${left} more unchanged tags are not listed.` : rows;
}
function warnings(actions) {
  const lines2 = actions.flatMap((a) => a.warnings.map((text4) => `- ${tagCell(a)}: ${escapeCell(text4)}`));
  if (lines2.length === 0) return "";
  return details(`Warnings (${lines2.length})`, lines2.join("\n"));
}
function fit2(markdown) {
  const tail = "The summary was cut here: it is longer than GitHub shows. The report file holds all of it.";
  const size = new TextEncoder().encode(markdown).length;
  if (size <= MOST_BYTES) return markdown;
  return cut(markdown, Math.floor(markdown.length * MOST_BYTES / size), tail);
}
var MOST_BYTES, MOST_KEPT;
var init_summary2 = __esm({
  "src/report/summary.ts"() {
    "use strict";
    init_markdown();
    init_mermaid();
    init_words();
    MOST_BYTES = 900 * 1024;
    MOST_KEPT = 1e3;
  }
});

// src/commands/action.ts
var action_exports = {};
__export(action_exports, {
  commandFor: () => commandFor,
  runAction: () => runAction
});
async function runAction(env, cwd) {
  let deadline = null;
  try {
    const inputs = readInputs();
    deadline = startDeadline(parseDuration2(inputs.timeout, "timeout"), inputs.timeout);
    const code2 = await runWith(inputs, env, env["GITHUB_WORKSPACE"] ?? cwd, deadline);
    return deadline.exitCode() ?? code2;
  } catch (error2) {
    const code2 = await reportError(error2, env);
    return deadline?.exitCode() ?? code2;
  } finally {
    deadline?.release();
  }
}
async function runWith(inputs, env, workspace, deadline) {
  const log = jobLog();
  if (inputs.token !== "") setSecret(inputs.token);
  const facts = await readRefFacts({
    env,
    cwd: workspace,
    time: systemClock.now(),
    ref: inputs.ref || void 0,
    sha: inputs.sha || void 0
  });
  const command = commandFor(inputs.command, facts);
  for (const text4 of facts.warnings) log.warning(text4);
  const concurrency = parseConcurrency(inputs.concurrency);
  const registry = realRegistry({
    env,
    log,
    signal: deadline.signal,
    concurrency,
    insecureRegistries: parseInsecureHosts(inputs.insecureRegistries),
    anonymous: facts.fork,
    githubToken: inputs.token,
    onSecret: (secret) => setSecret(secret)
  });
  const request = {
    command,
    files: await readTagFiles(inputs.config, { cwd: workspace, workspaceRoot: workspace }),
    force: inputs.force,
    registryMap: inputs.registryMap,
    concurrency,
    changesAsCode: false
  };
  try {
    const result = await run(request, { registry, log, clock: systemClock, signal: deadline.signal });
    await publish(result, inputs, env);
    return result.exitCode;
  } finally {
    registry.close();
  }
}
function commandFor(input, facts) {
  const { event, trusted } = facts;
  if (input === "apply" && !trusted) {
    throw new UserError({
      what: `command: apply is refused on ${event ?? "this event"}: its code was not reviewed, so nothing is written for it`,
      mend: 'leave command at "auto", which plans here and applies after the merge'
    });
  }
  if (input !== "auto") return input;
  return !trusted || event === "merge_group" ? "plan" : "apply";
}
async function publish({ report: report2 }, inputs, env) {
  const path6 = inputs.report || (0, import_node_path8.join)(env["RUNNER_TEMP"] ?? ".", "retag-report.json");
  await writeJson(path6, report2);
  publishOutputs(outputs(report2, path6));
  publishAnnotations(annotations(report2));
  await publishSummary(summary2(report2), env);
}
async function reportError(error2, env) {
  if (error2 instanceof UserError) {
    for (const problem of error2.problems) {
      const { place, what, mend } = problem;
      const at2 = place === void 0 ? {} : { file: place.file, startLine: place.line, startColumn: place.column };
      error(harmless(mend === void 0 ? what : `${what}; ${mend}`), at2);
    }
    const lines2 = error2.problems.map((problem) => `- ${escapeCell(formatProblem(problem))}`);
    await publishSummary(`## Retag: nothing was done, the input has errors

${lines2.join("\n")}
`, env);
    return 2;
  }
  if (error2 instanceof OperationError) {
    error(harmless(error2.message));
    await publishSummary(`## Retag failed

${escapeCell(error2.message)}
`, env);
    return 1;
  }
  const text4 = error2 instanceof Error ? error2.stack ?? error2.message : String(error2);
  error(`This is a fault of Retag, please report it: ${text4}`);
  return 1;
}
var import_node_path8;
var init_action = __esm({
  "src/commands/action.ts"() {
    "use strict";
    import_node_path8 = require("node:path");
    init_core();
    init_adapters();
    init_errors();
    init_facts2();
    init_inputs();
    init_log2();
    init_publish();
    init_markdown();
    init_annotations();
    init_outputs();
    init_summary2();
    init_run();
    init_clock();
    init_deadline();
    init_files();
    init_write();
  }
});

// src/commands/door.ts
var door_exports = {};
__export(door_exports, {
  action: () => action,
  commandLine: () => commandLine
});
module.exports = __toCommonJS(door_exports);

// src/terminal/args.ts
var import_node_util = require("node:util");
init_nearest();
init_errors();
var COMMANDS = ["plan", "apply", "classify", "validate", "pin", "demo"];
var RUNS = ["plan", "apply"];
var FILES = ["plan", "apply", "classify", "validate", "pin"];
var REGISTRY = ["plan", "apply", "pin"];
var FLAGS = {
  config: {
    type: "string",
    multiple: true,
    commands: FILES,
    value: "FILE",
    help: "tag file or glob; may be repeated (default .github/image-tags.yaml)"
  },
  policy: {
    type: "string",
    commands: [...RUNS, "classify"],
    value: "NAME",
    help: "a preset, for use without a tag file"
  },
  ref: {
    type: "string",
    commands: RUNS,
    value: "REF",
    help: "the git ref to classify; without it builds are not looked at"
  },
  sha: {
    type: "string",
    commands: RUNS,
    value: "SHA",
    help: "the commit of the ref (default: what git says)"
  },
  stable: { type: "boolean", commands: RUNS, help: "write stable tags that wait for somebody to say so" },
  force: {
    type: "string",
    multiple: true,
    commands: RUNS,
    value: "NAME[:TAG]",
    help: "this tag may move; may be repeated"
  },
  only: {
    type: "string",
    commands: RUNS,
    value: "builds|images",
    help: "look at one part of the tag file only"
  },
  "include-stages": {
    type: "string",
    commands: RUNS,
    value: "build",
    help: "also build platforms of stage build"
  },
  platform: {
    type: "string",
    commands: RUNS,
    value: "PLATFORM",
    help: "build this platform alone, by digest"
  },
  digests: {
    type: "string",
    commands: RUNS,
    value: "JSON|DIR",
    help: "join images that were built one platform at a time"
  },
  builder: { type: "string", commands: RUNS, value: "NAME", help: "the buildx builder" },
  "registry-map": {
    type: "string",
    multiple: true,
    commands: REGISTRY,
    value: "A=B",
    help: "speak to registry B wherever the tag file says A; may be repeated"
  },
  "insecure-registry": {
    type: "string",
    multiple: true,
    commands: REGISTRY,
    value: "HOST",
    help: "speak http to this host; loopback needs no word"
  },
  concurrency: {
    type: "string",
    commands: REGISTRY,
    value: "N",
    help: "requests in flight per registry (default 16)"
  },
  timeout: {
    type: "string",
    commands: REGISTRY,
    value: "TIME",
    help: "limit for the whole run (default 30m)"
  },
  "exit-code": { type: "boolean", commands: ["plan"], help: "exit 3 when there are changes to make" },
  report: { type: "string", commands: RUNS, value: "FILE", help: "also write the JSON report there" },
  json: {
    type: "boolean",
    commands: [...RUNS, "classify"],
    help: "JSON on stdout, everything else on stderr"
  },
  quiet: { type: "boolean", commands: COMMANDS, help: "warnings and errors only" },
  verbose: { type: "boolean", commands: COMMANDS, help: "also what is asked of registries" },
  "no-color": { type: "boolean", commands: COMMANDS, help: "no colours (also: NO_COLOR)" },
  help: { type: "boolean", commands: COMMANDS, help: "this text" }
};
function parseArguments(argv) {
  const [first2 = "", ...rest] = argv;
  const command = COMMANDS.find((name) => name === first2);
  if (command === void 0) throw unknownCommand(first2);
  const options = Object.fromEntries(
    Object.entries(FLAGS).map(([name, { type, multiple }]) => [name, { type, multiple: multiple === true }])
  );
  const { tokens } = (0, import_node_util.parseArgs)({ args: rest, options, strict: false, allowPositionals: true, tokens: true });
  const values = /* @__PURE__ */ new Map();
  const words = [];
  const problems = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const problem = misuse(command, token, values);
    if (problem !== null) problems.push(problem);
    else values.set(token.name, [...values.get(token.name) ?? [], token.value ?? "true"]);
  }
  if (command !== "classify" && words.length > 0) {
    problems.push({
      what: `"${words[0] ?? ""}" is not understood by "retag ${command}"`,
      mend: `see "retag ${command} --help"`
    });
  }
  if (problems.length > 0) throw new UserError(problems);
  return {
    command,
    words,
    text: (flag2) => values.get(flag2)?.at(-1),
    list: (flag2) => values.get(flag2) ?? [],
    is: (flag2) => values.has(flag2)
  };
}
function misuse(command, token, values) {
  const { name, rawName, value, inlineValue } = token;
  const flag2 = Object.hasOwn(FLAGS, name) ? FLAGS[name] : void 0;
  if (flag2 === void 0) {
    const near = suggest(name, Object.keys(FLAGS));
    const mend = near === void 0 ? `see "retag ${command} --help"` : `did you mean --${near}?`;
    return { what: `there is no flag ${rawName}`, mend };
  }
  if (!flag2.commands.includes(command)) {
    return {
      what: `${rawName} does not go with "retag ${command}"`,
      mend: `it goes with: ${flag2.commands.join(", ")}`
    };
  }
  if (flag2.type === "boolean") return inlineValue === true ? { what: `${rawName} takes no value` } : null;
  if (value === void 0 || value === "")
    return { what: `${rawName} needs a value`, mend: `write ${rawName}=${flag2.value ?? "VALUE"}` };
  if (inlineValue !== true && value.startsWith("-") && value.length > 1) {
    return {
      what: `${rawName} needs a value, not ${value}`,
      mend: `write ${rawName}=${flag2.value ?? "VALUE"}`
    };
  }
  return flag2.multiple !== true && values.has(name) ? { what: `${rawName} is given twice`, mend: "give it once" } : null;
}
function unknownCommand(word) {
  if (word === "")
    return new UserError({
      what: "no command is given",
      mend: `choose one of ${COMMANDS.join(", ")}; see "retag --help"`
    });
  const near = suggest(word, COMMANDS);
  const mend = near === void 0 ? `choose one of ${COMMANDS.join(", ")}` : `did you mean "${near}"?`;
  return new UserError({ what: `there is no command "${word}"`, mend });
}

// src/terminal/help.ts
var SUMMARY = {
  plan: "show what apply would do; writes nothing",
  apply: "write the tags that are missing, and build what they need",
  classify: "say what class and tags a git ref gets, and why",
  validate: "check tag files",
  pin: "write src_digest into the tag file, comments kept",
  demo: "the whole flow on a registry inside this process"
};
function overview() {
  const rows = COMMANDS.map((name) => `  ${name.padEnd(10)} ${SUMMARY[name]}`);
  return [
    "retag: container image tags by declared policy",
    "",
    "Usage: retag COMMAND [FLAGS]",
    "",
    ...rows,
    "",
    "retag COMMAND --help lists its flags; retag --version prints the version.",
    "Exit status: 0 all is right, 1 something failed or was refused, 2 wrong usage or tag file,",
    "3 plan --exit-code and there are changes, 130 and 143 after a signal.",
    ""
  ].join("\n");
}
function commandHelp(command) {
  const rows = Object.entries(FLAGS).filter(([, flag2]) => flag2.commands.includes(command)).map(
    ([name, { value, help }]) => `  ${`--${name}${value === void 0 ? "" : ` ${value}`}`.padEnd(28)} ${help}`
  );
  const words = command === "classify" ? " REF..." : "";
  return [
    `retag ${command}: ${SUMMARY[command]}`,
    "",
    `Usage: retag ${command}${words} [FLAGS]`,
    "",
    ...rows,
    ""
  ].join("\n");
}

// src/commands/commands.ts
init_output();
var COMMANDS2 = {
  plan: async () => (await Promise.resolve().then(() => (init_tags2(), tags_exports))).tagsCommand,
  apply: async () => (await Promise.resolve().then(() => (init_tags2(), tags_exports))).tagsCommand,
  classify: async () => (await Promise.resolve().then(() => (init_classify3(), classify_exports))).classifyCommand,
  validate: async () => (await Promise.resolve().then(() => (init_validate(), validate_exports))).validateCommand,
  pin: async () => (await Promise.resolve().then(() => (init_pin3(), pin_exports))).pinCommand,
  demo: async () => (await Promise.resolve().then(() => (init_demo(), demo_exports))).demoCommand
};
async function runCommandLine(argv, io) {
  try {
    if (argv.length > 0 && ["--help", "-h", "help"].includes(argv[0] ?? "")) {
      io.stdout.write(overview());
      return 0;
    }
    const args = parseArguments(argv);
    if (args.is("help")) {
      io.stdout.write(commandHelp(args.command));
      return 0;
    }
    const command = await COMMANDS2[args.command]();
    return await command(args, io);
  } catch (error2) {
    return fail(error2, io.stderr);
  }
}

// src/commands/door.ts
async function commandLine(argv) {
  survivePipes();
  const { env, stdout, stderr, stdin } = process;
  process.exitCode = await runCommandLine(argv, { env, cwd: process.cwd(), stdout, stderr, stdin });
}
async function action() {
  survivePipes();
  const { runAction: runAction2 } = await Promise.resolve().then(() => (init_action(), action_exports));
  process.exitCode = await runAction2(process.env, process.cwd());
}
function survivePipes() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error2) => {
      if (error2.code !== "EPIPE") throw error2;
    });
  }
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  action,
  commandLine
});
