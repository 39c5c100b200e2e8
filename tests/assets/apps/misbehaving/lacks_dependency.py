import no_such_framework

app = no_such_framework.App()
