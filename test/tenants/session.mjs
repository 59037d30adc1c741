export default async function (client) {
  await client.query("select set_config('app.tenant', $1, false)", ['2'])
}
