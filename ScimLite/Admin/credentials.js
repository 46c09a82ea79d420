import { call, of } from '/admin/assets/api.js';
import { ago, copyable, daysLeft, dialog, field, h, note, table, time } from '/admin/assets/dom.js';

/** Secret Tokens, OAuth clients and set-up links of a tenant. */
export async function credentialsView({ session, tenant }) {
  const content = h('div', {});
  await refresh(content, tenant, new URL(session.tenantUrl).origin);
  return { content: [content] };
}

// `outside`: where the service is known to Entra and to customers, which may be another place than the one that this page was opened at.
async function refresh(content, tenant, outside) {
  const [{ tokens }, { clients }, { links }] = await Promise.all([
    call('GET', of(tenant.id, '/tokens')), call('GET', of(tenant.id, '/clients')), call('GET', of(tenant.id, '/setup-links'))]);
  const again = () => refresh(content, tenant, outside);
  content.replaceChildren(
    section('Secret Tokens', 'Several may live at once: make the next one, paste it into Entra, press Test Connection, and revoke the old one when its last use has passed.',
      h('button', { type: 'button', class: 'first', onclick: () => createToken(tenant, again) }, 'New token'),
      table('Secret Tokens', [
        ['Name', (token) => token.name], ['Starts with', (token) => h('code', {}, `${token.prefix}…`)], ['Scopes', (token) => token.scopes.join(', ')],
        ['Created', (token) => time(token.createdAt, 'short')], ['Expires', (token) => expiry(token.expiresAt)], ['Last used', (token) => ago(token.lastUsedAt)],
        ['', (token) => revoke(`token ${token.name}`, () => call('DELETE', of(tenant.id, `/tokens/${token.id}`)), again), 'acts'],
      ], tokens, 'There is no token yet.')),
    section('OAuth clients', 'For Entra’s fields Token Endpoint, Client Identifier and Client Secret, and for workload identity federation.',
      h('button', { type: 'button', onclick: () => createClient(tenant, outside, again) }, 'New client'),
      table('OAuth clients', [
        ['Name', (client) => client.name], ['Client Identifier', (client) => h('code', {}, client.clientId)], ['Scopes', (client) => client.scopes.join(', ')],
        ['Last used', (client) => ago(client.lastUsedAt)], ['Proves itself by', (client) => secrets(tenant, client, again)],
        ['', (client) => [
          h('button', { type: 'button', 'aria-label': `New secret for ${client.name}`, onclick: () => createSecret(tenant, client, again) }, 'New secret'),
          revoke(`client ${client.name}`, () => call('DELETE', of(tenant.id, `/clients/${client.clientId}`)), again, 'Revoke client')], 'acts'],
      ], clients, 'There is no client. A Secret Token is enough for an app that is not in Entra’s gallery.')),
    section('Set-up links', 'For the customer’s own administrator: shows this tenant’s connection guide, makes tokens, and shows its activity. Nothing else.',
      h('button', { type: 'button', onclick: () => createLink(tenant, outside, again) }, 'New set-up link'),
      table('Set-up links', [
        ['For', (link) => link.name], ['Created', (link) => time(link.createdAt, 'short')], ['Expires', (link) => expiry(link.expiresAt, 0)], ['Last used', (link) => ago(link.lastUsedAt)],
        ['', (link) => revoke(`set-up link for ${link.name}`, () => call('DELETE', of(tenant.id, `/setup-links/${link.id}`)), again), 'acts'],
      ], links, 'There is no set-up link.')));
}

function section(title, text, button, ...rest) {
  return h('section', { class: 'card', 'aria-label': title }, h('div', { class: 'head' }, h('h2', {}, title), button), h('p', { class: 'quiet' }, text), rest);
}

// A credential that carries a customer's provisioning is warned of; a link that is meant to end is not.
function expiry(value, warnFrom = 30) {
  if (!value) {
    return h('span', { class: 'quiet' }, 'never');
  }
  const days = (new Date(value) - Date.now()) / 86_400_000;
  return h('span', {}, time(value, 'short'), ' ', days < 0 ? h('span', { class: 'badge bad' }, 'expired')
    : days <= warnFrom ? h('span', { class: days <= 7 ? 'badge bad' : 'badge warn' }, `${daysLeft(days)} left`) : null);
}

function revoke(what, send, again, text = 'Revoke') {
  return h('button', {
    type: 'button', class: 'danger', 'aria-label': `Revoke ${what}`,
    onclick: () => dialog(`Revoke ${what}?`, h('p', {}, 'It stops working within five seconds, everywhere. This can’t be undone.'), 'Revoke', async () => {
      await send();
      note(`${what} revoked`);
      await again();
    }, true),
  }, text);
}

/** Asks for a name and a life time, makes a token and shows it once. */
export function createToken(tenant, again) {
  const name = h('input', { name: 'name', required: true, maxlength: 100, value: `Entra ${new Date().toISOString().slice(0, 10)}`, autocomplete: 'off' });
  const scopes = h('select', { name: 'scopes' }, h('option', { value: 'provision' }, 'Provision: read and write'), h('option', { value: 'read' }, 'Read only'));
  dialog('New Secret Token', [field('Name', name), lifeTime(), field('Scope', scopes)], 'Create', async (values) => {
    const token = await call('POST', of(tenant.id, '/tokens'), { name: values.get('name'), expiresAt: expiresAt(values), scopes: [values.get('scopes')] });
    await again(token);
    showOnce('Secret Token', [['Secret Token', token.token]]);
  });
}

// What an assertion of Entra has to match.
const parts = [
  ['issuer', 'Issuer', 'https://login.microsoftonline.com/<tenant id>/v2.0'], ['audience', 'Audience', 'as Entra shows it, such as api://<application id>/.default'],
  ['subject', 'Subject', 'The object id of the service principal'], ['tenantId', 'Entra tenant id'],
];

function createClient(tenant, outside, again) {
  const name = h('input', { name: 'name', required: true, maxlength: 100, autocomplete: 'off' });
  dialog('New OAuth client', [
    field('Name', name),
    h('details', {}, h('summary', {}, 'Workload identity federation: Entra proves itself without a secret'),
      h('p', { class: 'quiet small' }, 'Leave all four empty for a client with a secret.'),
      parts.map(([key, label, hint]) => field(label, h('input', { name: key, autocomplete: 'off', spellcheck: 'false' }), hint))),
  ], 'Create', async (values) => {
    const given = parts.map(([key]) => [key, values.get(key).trim()]);
    const missing = parts.filter((_, i) => !given[i][1]).map(([, label]) => label);
    if (missing.length > 0 && missing.length < parts.length) {
      throw new Error(`Workload identity federation needs all four, and there is nothing in: ${missing.join(', ')}. Fill in the rest, or leave all four empty for a client with a secret.`);
    }
    const federation = missing.length === 0 ? Object.fromEntries(given) : undefined;
    const client = await call('POST', of(tenant.id, '/clients'), { name: values.get('name'), federation });
    await again();
    showOnce('OAuth client', [['Token Endpoint', `${outside}/oauth2/token`], ['Client Identifier', client.clientId], ...(client.secret ? [['Client Secret', client.secret]] : [])]);
  });
}

function createSecret(tenant, client, again) {
  dialog(`New secret for ${client.name}`, [lifeTime()], 'Create', async (values) => {
    const secret = await call('POST', of(tenant.id, `/clients/${client.clientId}/secrets`), { expiresAt: expiresAt(values) });
    await again();
    showOnce('Client Secret', [['Client Secret', secret.secret]]);
  });
}

function createLink(tenant, outside, again) {
  const name = h('input', { name: 'name', required: true, maxlength: 100, autocomplete: 'off' });
  dialog('New set-up link', [field('For', name, 'Who gets it, so that you know later which one to revoke.'), lifeTime([7, 30])], 'Create', async (values) => {
    const link = await call('POST', of(tenant.id, '/setup-links'), { name: values.get('name'), expiresAt: expiresAt(values) });
    await again();
    showOnce('Set-up link', [['Set-up link', `${outside}/admin#setup=${link.secret}`]]);
  });
}

function secrets(tenant, client, again) {
  return h('ul', { class: 'plain' },
    client.federation ? parts.map(([key, label]) => h('li', {}, h('span', { class: 'quiet' }, `${label} `), h('code', {}, client.federation[key]))) : null,
    client.secrets.map((secret) => h('li', { class: 'row' }, h('code', {}, `${secret.prefix}…`), expiry(secret.expiresAt),
      revoke(`secret of ${client.name}`, () => call('DELETE', of(tenant.id, `/clients/${client.clientId}/secrets/${secret.secretId}`)), again))),
    client.federation || client.secrets.length > 0 ? null : h('li', { class: 'quiet' }, 'nothing: it has no secret'));
}

function lifeTime(days = [365, 180, 90]) {
  return field('Expires', h('select', { name: 'days' }, days.map((count) => h('option', { value: count }, `in ${count} days`)), days.includes(365) ? h('option', { value: '' }, 'never') : null),
    days.includes(365) ? 'The page, the metrics and the log warn 30, 7 and 1 days before.' : undefined);
}

function expiresAt(values) {
  return values.get('days') ? new Date(Date.now() + Number(values.get('days')) * 86_400_000).toISOString() : undefined;
}

function showOnce(title, values) {
  const box = h('dialog', { 'aria-label': title, onclose: () => box.remove() }, h('h2', {}, title),
    h('p', { class: 'alert' }, 'Copy it now: it is shown this once, and only its hash is kept.'),
    values.map(([label, value]) => h('div', { class: 'field' }, h('strong', {}, label), copyable(label, value))),
    h('button', { type: 'button', class: 'first', onclick: () => box.close() }, 'Done'));
  document.body.append(box);
  box.showModal();
}
