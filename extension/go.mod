// This file keeps Go out of node_modules.
module github.com/buildlens/buildlens/extension

go 1.26.8
