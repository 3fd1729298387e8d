const reference = window.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
})

const form = document.querySelector('#sign-in')
const said = form.querySelector('output')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  said.textContent = 'Signing in …'
  try {
    const response = await fetch('/api/accounts/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.detail)
    // The page forgets the token when it is closed.
    reference.preauthorizeApiKey('accessToken', answer.access)
    said.textContent = `Signed in as ${answer.user.username} for ${answer.expiresIn / 60} minutes.`
    form.elements.password.value = ''
  } catch (error) {
    said.textContent = error.message
  }
})
