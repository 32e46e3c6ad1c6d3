package view

// Function is a function of expressions with its documentation.
type Function struct {
	Name        string            `json:"name"`
	Usage       string            `json:"usage"`
	Group       string            `json:"group"`
	PerRecord   bool              `json:"per_record"` // false: only where an expression is evaluated once, when the configuration is loaded
	Description string            `json:"description"`
	Errors      string            `json:"errors,omitempty"`
	Examples    []FunctionExample `json:"examples"`
}

// FunctionExample is a call and what it gives, as they are written in a configuration.
type FunctionExample struct {
	Call   string `json:"call"`
	Result string `json:"result"`
}
