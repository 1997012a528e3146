module github.com/makeready-go/makeready

go 1.26
