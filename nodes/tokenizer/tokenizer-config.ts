/** What stands beside a `tokenizer.json`: the names of the special tokens, and the chat template. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../engine/failure.js';

/** Roles of special tokens, in the names of Transformers; chat templates see them under these names. */
export const tokenRoles = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;
export type TokenRole = (typeof tokenRoles)[number];

export interface TokenizerConfig {
  /** Role → the token's text. */
  readonly roles: Readonly<Partial<Record<TokenRole, string>>>;
  readonly additionalSpecialTokens: readonly string[];
  /** Jinja source. */
  readonly chatTemplate: string | undefined;
}

/**
 * Reads `tokenizer_config.json`, `special_tokens_map.json` and `chat_template.jinja` of a folder; each may be missing.
 * As in Transformers, a template in a file of its own goes before one in `tokenizer_config.json`, and of several named
 * ones the `default` is taken. A role that `tokenizer_config.json` leaves open is taken from `special_tokens_map.json`.
 * Throws `Failure` `tokenizer-invalid`.
 */
export function readTokenizerConfig(folder: string): TokenizerConfig {
  const config = readObject(folder, 'tokenizer_config.json');
  const map = readObject(folder, 'special_tokens_map.json');
  const template = join(folder, 'chat_template.jinja');
  const roles = tokenRoles.flatMap((role) => {
    const name = tokenText(Object.hasOwn(config, role) ? config[role] : map[role]);
    return name === undefined ? [] : [[role, name]];
  });
  const additional = config.additional_special_tokens ?? config.extra_special_tokens ?? map.additional_special_tokens;
  return {
    roles: Object.fromEntries(roles),
    additionalSpecialTokens: (Array.isArray(additional) ? additional : []).flatMap((token) => tokenText(token) ?? []),
    chatTemplate: existsSync(template) ? readFileSync(template, 'utf8') : templateOf(config.chat_template),
  };
}

/** A token is written as its text, or as an object that holds it. */
function tokenText(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  const content = (token as { readonly content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

function templateOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value as readonly { readonly name?: unknown; readonly template?: unknown }[];
  const template = named.find((entry) => entry?.name === 'default')?.template;
  return typeof template === 'string' ? template : undefined;
}

function readObject(folder: string, name: string): Readonly<Record<string, unknown>> {
  const path = join(folder, name);
  if (!existsSync(path)) return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw unusable(path, 'it is not a JSON object');
}

export function unusable(path: string, reason: string): Failure {
  return new Failure('tokenizer-invalid', `The tokenizer at ${path} cannot be used: ${reason}.`);
}
