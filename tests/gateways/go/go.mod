module example.org/go-gateway

go 1.21
