import { describe, expect, test } from '@jest/globals';
import { hasCredential, isOpaque } from './credentials.js';

// Put together here, so that scanners of this repository find none.
const letters = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY';
const credentials: readonly (readonly [string, string])[] = [
  ['OpenAI', `sk-${letters}${letters}`],
  ['OpenAI, of a project', `sk-proj-${letters}-_${letters}`],
  ['OpenAI, of a service account', `sk-svcacct-${letters}`],
  ['OpenAI, in small letters', `sk-${'abcdefghij'.repeat(3)}`],
  ['Anthropic', `sk-ant-api03-${letters}-${letters}_AA`],
  ['DeepSeek', `sk-${'0123456789abcdef'.repeat(2)}`],
  ['OpenRouter', `sk-or-v1-${'0123456789abcdef'.repeat(4)}`],
  ['Google', `AIza${letters}abc`],
  ['AWS', 'AKIA' + 'IOSFODNN7EXAMPLE'],
  ['AWS, for a while', 'ASIA' + 'IOSFODNN7EXAMPLE'],
  ['Hugging Face', `hf_${letters}`],
  ['Groq', `gsk_${letters}${letters}`],
  ['Replicate', `r8_${letters}`],
  ['xAI', `xai-${letters}`],
  ['Perplexity', `pplx-${letters}`],
  ['GitHub', `ghp_${letters}`],
  ['GitHub, fine-grained', `github_pat_${letters}_${letters}`],
  ['GitLab', `glpat-${letters}`],
  ['npm', `npm_${letters}`],
  ['Slack', `xoxb-${'1234567890'}-${letters}`],
  ['Stripe', `sk_${'live'}_${letters}`],
  ['a JSON Web Token', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.${letters}`],
  ['a JSON Web Token that nobody signed', 'eyJhbGciOiJub25lIn0.' + 'e30.'],
  ['a private key', `-----BEGIN ${'RSA PRIVATE'} KEY-----\n${letters}`],
  ['NVIDIA', `nvapi-${letters}`],
  ['Google, of a person', `ya29.${letters}`],
  ['SendGrid', `SG.${letters.slice(0, 22)}.${letters}`],
  ['Together', `tgp_v1_${letters}`],
  ['Fireworks', `fw_${letters}`],
  ['Azure storage', `AccountKey=${letters}${letters}==`],
  ['a password in a URL', 'https://ada:correct-horse@models.example/v1'],
  ['a key of ours', `tvk_${letters}${letters}`],
  ['a service token of ours', `tvs_${letters}${letters}`],
];

describe('a credential is known', () => {
  test.each(credentials)('%s', (_of, secret) => {
    expect(hasCredential(secret)).toBe(true);
    for (const text of [`key=${secret}`, `my_${secret}`, `(${secret})`, `${'x '.repeat(30_000)}${secret}`]) {
      expect(hasCredential(text)).toBe(true);
    }
  });

  test.each([0, 1, 14_990, 14_999, 15_000, 19_990, 20_000])('with %i characters before it', (length) => {
    expect(hasCredential(`${'-'.repeat(length)}sk-${letters}`)).toBe(true);
  });
});

describe('a credential is known in whatever it is written', () => {
  test.each([
    ['a pattern', `\\bsk-proj-${letters}\\b`],
    ['a pattern of its own letters', `\\Qsk-proj-${letters}\\E`],
    ['a pattern after a line', '\\nAKIA' + 'IOSFODNN7EXAMPLE'],
    ['a pattern with escapes', `sk\\-proj\\-${letters}`],
    ['a pattern with classes', `[s]k-proj-${letters}`],
    ['letters that look alike', 'A\u212aIA' + 'IOSFODNN7EXAMPLE'],
    ['wide letters', `\uff53\uff4b-proj-${letters}`],
    ['letters with nothing to see between', `s\u200bk-proj-${letters}`],
    ['a path', `https://models.example/v1/%73k-proj-${letters}`],
  ])('%s', (_in, text) => {
    expect(hasCredential(text)).toBe(true);
  });
});

describe('no credential is', () => {
  test.each(['-----BEGIN PRIVATE KEY-----', String.raw`\w+://\w+:\w+@`])('what looks for them: %s', (pattern) => {
    expect(hasCredential(pattern)).toBe(false);
  });

  test.each([
    'env:OPENAI_API_KEY',
    'vault:secret/data/platform/openai#api_key',
    'aws-sm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/openai',
    'gcp-sm:projects/meridian/secrets/openai-production/versions/latest',
    'https://models.example:8443/v1/openai',
    'https://models.example/ada:horse@home',
    'claude-sonnet-4-5-20250929',
    'meta-llama/Llama-3.3-70B-Instruct-Turbo',
    'anthropic.claude-3-5-sonnet-20241022-v2:0',
    'ft:gpt-4o-mini-2024-07-18:meridian:checkout:9abcDEF1',
    'task-management-assistant-2024-production',
    'sk-learn-gradient-boosting-classifier',
    'risk-scoring-model-for-card-payments-v2',
    'sk-[A-Za-z0-9]{20,}',
    '\\b(?:sk|rk)-[a-z]+\\b',
    'AKIA[0-9A-Z]{16}',
    'd41d8cd98f00b204e9800998ecf8427e',
    'eyJ',
    'hf_transfer',
    'npm_config_registry',
    'github_pat_',
  ])('%s', (text) => {
    expect(hasCredential(text)).toBe(false);
  });

  test.each(['a:', '://', 'sk-', 'eyJa.', 'a://b:', '-----BEGIN '])(
    'a long text of %j, and that is known at once',
    (part) => {
      const text = part.repeat(100_000 / part.length);
      const start = performance.now();
      expect(hasCredential(text)).toBe(false);
      expect(performance.now() - start).toBeLessThan(1_000);
    },
  );
});

describe('opaque is', () => {
  test.each([
    ['a key of Azure', '0123456789abcdef0123456789abcdef'],
    ['a key of Mistral', letters],
    ['a key of Cohere', `${letters}abCD1234`],
    ['a secret key of AWS', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a random UUID', '3f2b8c1e-9d4a-4e7b-8c6d-5a1f0e2d3c4b'],
  ])('%s', (_of, text) => {
    expect(isOpaque(text)).toBe(true);
  });

  test.each([
    'OPENAI_API_KEY_OF_THE_PRODUCTION_WORKSPACE_2',
    '/run/secrets/openai-production-key-of-2024/api-key',
    'secret/data/platform/teams/payments/openai2024#api_key',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:production/llm/openai-api-key',
    'projects/123456789012/secrets/OpenAiProductionKey/versions/12',
    'https://meridian-production.vault.azure.net/secrets/openai-api-key-2024',
  ])('not %s', (text) => {
    expect(isOpaque(text)).toBe(false);
  });
});

describe('the name of a secret is not opaque', () => {
  test.each([
    'OPENAI_API_KEY_PROD_EU_WEST_1_2024',
    'AWS_BEDROCK_US_EAST_1_API_KEY_V2',
    'AZURE_OPENAI_KEY_EASTUS2_GPT4O_2024',
    '/var/run/secrets/openai/key-v2-2024',
    'secret/data/team-a/llm/openai-v2-prod-eu1',
    'projects/my-prj-1/secrets/k8s-a1-b2/versions/3',
    'prod/llm/openai/v2/eu-west-1/key-a1',
    'kv/550e8400-e29b-41d4-a716-446655440000/key',
  ])('%s', (name) => {
    expect(isOpaque(name)).toBe(false);
  });
});
