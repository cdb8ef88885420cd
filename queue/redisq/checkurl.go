package redisq

// CheckURL reports what is wrong with the form of a URL, as Open would, without dialling. The empty URL, which means the
// embedded Redis, is good. An error is of kind Invalid and never quotes the URL.
func CheckURL(url string) error {
	if url == "" {
		return nil
	}
	_, err := parseURL(url)
	return err
}
