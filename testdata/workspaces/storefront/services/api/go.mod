module storefront.example/api

go 1.26
